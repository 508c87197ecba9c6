/** A place on a datastore: `[LocalDS_0] edgeboot/a.iso`. */
export interface DatastorePath {
  readonly datastore: string
  /** Without a slash in front. */
  readonly path: string
}

/** `undefined` for text that is no such path. */
export function parseDatastorePath(text: string): DatastorePath | undefined {
  const match = /^\[([^\]]{1,256})\] ?(.{0,4096})$/s.exec(text)
  return match ? { datastore: match[1] ?? '', path: (match[2] ?? '').replace(/^\/+/, '') } : undefined
}

export function formatDatastorePath({ datastore, path }: DatastorePath): string {
  return path === '' ? `[${datastore}]` : `[${datastore}] ${path}`
}
