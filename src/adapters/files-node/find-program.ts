import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Where a program is that can be run by its name, as the PATH of this process says. */
export async function findProgram(
  name: string,
  path = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  for (const directory of path.split(delimiter).filter((one) => one !== '')) {
    const file = join(directory, name)
    if (await mayDo(file, constants.X_OK)) return file
  }
  return undefined
}

/** True when this user may make files in the directory; `undefined` when it is not there. */
export async function isWritable(directory: string): Promise<boolean | undefined> {
  if (!(await mayDo(directory, constants.F_OK))) return undefined
  return await mayDo(directory, constants.W_OK | constants.X_OK)
}

function mayDo(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
