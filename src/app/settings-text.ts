import { createTextFiles } from '../adapters/files-node/text-files.ts'
import { Failure, isFailure } from '../domain/failure.ts'

/** Largest settings file that is read, in bytes. */
const MAX_SETTINGS_BYTES = 1024 * 1024

/** The text of a settings file. Failure `config.invalid` when there is none, or none that can be read whole. */
export async function readSettingsText(file: string): Promise<string> {
  try {
    const text = await createTextFiles().readTextFile(file, MAX_SETTINGS_BYTES)
    if (text !== undefined) return text
  } catch (error) {
    if (!isFailure(error)) throw error
    throw new Failure('config.invalid', error.message, error.details, error)
  }
  throw new Failure('config.invalid', `${file}: there is no such file`)
}
