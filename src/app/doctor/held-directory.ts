import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { openDataDirectory } from '../../adapters/data-dir/data-directory.ts'
import { isWritable } from '../../adapters/files-node/find-program.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { isFailure } from '../../domain/failure.ts'
import type { Log } from '../../ports/log.ts'
import { findControl } from '../control-connection.ts'

/** The data directory and who has it. */
export interface HeldDirectory {
  readonly finding: Finding
  /** Process that works on it. */
  readonly holder?: number
  /** That is a server. */
  readonly isServed: boolean
}

export async function lookAtDataDirectory({
  dataDirectory,
  log,
}: {
  readonly dataDirectory: string
  readonly log: Log
}): Promise<HeldDirectory> {
  const name = 'data directory'
  const path = resolve(dataDirectory)
  const isThere = await isWritable(path)
  if (isThere === undefined) return { finding: await lookAbove(path), isServed: false }
  const free: HeldDirectory = {
    finding: { name, verdict: 'good', detail: `${path}, in use by nobody` },
    isServed: false,
  }
  // Taking the lock would make what is missing, and who runs this as root would leave it to root.
  if (isThere && !existsSync(join(path, 'lock.db'))) return free
  try {
    const opened = await openDataDirectory({ path, purpose: 'doctor', log })
    await opened[Symbol.asyncDispose]()
    return free
  } catch (error) {
    if (!isFailure(error)) throw error
    if (error.code !== 'data-dir.locked')
      return { finding: { name, verdict: 'bad', detail: error.message }, isServed: false }
    const holder = error.details['pid']
    const isServed = (await findControl({ dataDirectory }).catch(() => undefined)) !== undefined
    const [detail = ''] = error.message.split(';')
    const finding: Finding = isServed
      ? { name, verdict: 'good', detail: `${detail}; commands go to that server` }
      : { name, verdict: 'warning', detail, remedy: 'wait for it, or stop it, before other commands' }
    return typeof holder === 'number' ? { finding, holder, isServed } : { finding, isServed }
  }
}

async function lookAbove(path: string): Promise<Finding> {
  const name = 'data directory'
  let above = dirname(path)
  while ((await isWritable(above)) === undefined && above !== dirname(above)) above = dirname(above)
  if (await isWritable(above))
    return { name, verdict: 'good', detail: `${path} will be made when it is needed` }
  const detail = `${path} is not there, and ${above} is not writable`
  return { name, verdict: 'bad', detail, remedy: 'choose another with --data-dir' }
}
