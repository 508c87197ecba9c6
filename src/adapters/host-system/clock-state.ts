import { access } from 'node:fs/promises'
import { runBriefly } from './run-briefly.ts'

/** systemd-timesyncd makes it once it has heard of a time server (systemd-timesyncd.service(8)). */
const SYNCHRONIZED_FILE = '/run/systemd/timesync/synchronized'

/** Whether something keeps the clock of this computer right; `undefined` where nobody can say. */
export async function isClockSynchronized(signal: AbortSignal): Promise<boolean | undefined> {
  // It asks the kernel, which knows of whatever time service there is (adjtimex(2), STA_UNSYNC).
  const run = await runBriefly('timedatectl', ['show', '--property=NTPSynchronized', '--value'], signal)
  const said = run.kind === 'done' ? run.stdout.trim() : ''
  if (said === 'yes') return true
  const isThere = await access(SYNCHRONIZED_FILE).then(
    () => true,
    () => false,
  )
  return isThere || (said === 'no' ? false : undefined)
}
