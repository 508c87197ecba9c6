import { Failure } from '../../domain/failure.ts'

/**
 * The API key in a text that `where` names, for messages. Failure `usage.invalid`, which never holds any part of the key.
 */
export function parseApiKey(text: string, where: string): string {
  const key = text.trim()
  if (/^[\x21-\x7e]{8,4096}$/.test(key)) return key
  throw new Failure(
    'usage.invalid',
    `${where}: expected one API key of Palette, 8 to 4096 printable characters without spaces`,
  )
}
