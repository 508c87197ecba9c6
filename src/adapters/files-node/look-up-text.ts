import { closeSync, openSync, readSync } from 'node:fs'

/** The start of a text file at once, for those who cannot wait; why there is none as the end of a sentence. */
export function lookUpText(
  path: string,
  maxBytes: number,
): { readonly text: string } | { readonly problem: string } {
  try {
    const file = openSync(path, 'r')
    try {
      // One byte more than allowed is read, so that pipes and devices end too.
      const buffer = Buffer.alloc(maxBytes + 1)
      let filled = 0
      for (;;) {
        const read = readSync(file, buffer, filled, buffer.length - filled, null)
        filled += read
        if (read === 0 || filled > maxBytes) break
      }
      if (filled > maxBytes) return { problem: `it is larger than ${maxBytes} bytes` }
      return { text: buffer.subarray(0, filled).toString('utf8') }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { problem: code === 'ENOENT' ? 'there is no such file' : `it cannot be read: ${message}` }
  }
}
