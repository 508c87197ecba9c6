export const SECTOR = 2048

const DIRECTORY_FLAG = 0x02
const MULTI_EXTENT_FLAG = 0x80

export interface RecordFields {
  readonly name: string
  readonly block: number
  readonly bytes: number
  readonly isDirectory?: boolean
  /** Another extent of the same file follows. */
  readonly hasMore?: boolean
}

/** A directory record of an ISO (ECMA-119 §9.1), numbers in both byte orders, without a date. */
export function record({ name, block, bytes, isDirectory, hasMore }: RecordFields): Buffer {
  const made = Buffer.alloc(33 + name.length + (name.length % 2 === 0 ? 1 : 0))
  made.writeUInt8(made.length, 0)
  made.writeUInt32LE(block, 2)
  made.writeUInt32BE(block, 6)
  made.writeUInt32LE(bytes, 10)
  made.writeUInt32BE(bytes, 14)
  made.writeUInt8((isDirectory ? DIRECTORY_FLAG : 0) | (hasMore ? MULTI_EXTENT_FLAG : 0), 25)
  made.writeUInt16LE(1, 28)
  made.writeUInt16BE(1, 30)
  made.writeUInt8(name.length, 32)
  made.write(name, 33, 'latin1')
  return made
}
