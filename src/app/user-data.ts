import { createTextFiles } from '../adapters/files-node/text-files.ts'
import { decodeUserData } from '../codec/user-data/user-data.ts'
import { Failure } from '../domain/failure.ts'
import type { Finding } from '../domain/user-data.ts'

/** Largest user-data file that is read; the installer skips larger ones. Bytes. */
export const MAX_USER_DATA_BYTES = 1024 * 1024

/** The text of a user-data file. Failure `user-data.invalid` when there is none or it is too large. */
export async function readUserData(file: string): Promise<string> {
  const text = await createTextFiles().readTextFile(file, MAX_USER_DATA_BYTES)
  if (text === undefined) throw new Failure('user-data.invalid', `${file}: there is no such file`)
  return text
}

/** All findings about one file. */
export async function validateUserData(
  file: string,
): Promise<{ readonly file: string; readonly findings: readonly Finding[] }> {
  return { file, findings: decodeUserData(await readUserData(file)).findings }
}
