import { writeFile } from 'node:fs/promises'
import { createTextFiles } from '../adapters/files-node/text-files.ts'
import { decodeUserData, renderUserData } from '../codec/user-data/user-data.ts'
import { Failure } from '../domain/failure.ts'
import type { Finding, UserDataContext } from '../domain/user-data.ts'
import { createUserDataSchema } from '../domain/user-data-schema.ts'

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
  context: UserDataContext = {},
): Promise<{ readonly file: string; readonly findings: readonly Finding[] }> {
  return { file, findings: decodeUserData(await readUserData(file), context).findings }
}

/** The document of a file as hosts get it. Failure `user-data.invalid` with the first error there is. */
export async function readServedUserData(file: string): Promise<string> {
  const { document, findings } = decodeUserData(await readUserData(file))
  if (document) return renderUserData(document)
  const error = findings.find(({ severity }) => severity === 'error')
  const place = error ? `${file}:${error.line}:${error.column} ${error.message} (${error.rule})` : file
  throw new Failure('user-data.invalid', place)
}

/**
 * The JSON Schema of user-data files as text, for editors; written to `out` when given. Failure `usage.invalid` when
 * that cannot be written.
 */
export async function userDataSchema(out?: string): Promise<string> {
  const text = `${JSON.stringify(createUserDataSchema(), null, 2)}\n`
  if (out === undefined) return text
  try {
    await writeFile(out, text)
  } catch (error) {
    const reason = (error as Error).message
    throw new Failure('usage.invalid', `--out ${out} cannot be written: ${reason}`, { path: out }, error)
  }
  return text
}
