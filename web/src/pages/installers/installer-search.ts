/** Which installer is open. */
export interface InstallerSearch {
  readonly name?: string
}

/** Reads the address; what makes no sense in it is left out. */
export function parseInstallerSearch(search: Readonly<Record<string, unknown>>): InstallerSearch {
  const { name } = search
  return { ...(typeof name === 'string' && name !== '' ? { name: name.slice(0, 128) } : {}) }
}
