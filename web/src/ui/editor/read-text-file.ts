/** Bytes; the installer reads no document that is larger. */
const MAX_BYTES = 1024 * 1024

/** The text of a file of the user's. Rejects with what to tell when it is none. */
export async function readTextFile(file: Pick<File, 'name' | 'size' | 'arrayBuffer'>): Promise<string> {
  if (file.size > MAX_BYTES) {
    throw new Error(`${file.name} is larger than 1 MiB, which the installer would not read.`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
  } catch {
    throw new Error(`${file.name} is no text in UTF-8.`)
  }
}
