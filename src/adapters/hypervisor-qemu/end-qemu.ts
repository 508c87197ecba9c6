import { Failure } from '../../domain/failure.ts'
import { isAlive, killProcess, type ProcessIdentity, signalProcess, waitForExit } from './qemu-process.ts'
import type { QmpClient } from './qmp-client.ts'

/** How long a QEMU that was told to quit may take to write what it holds, in milliseconds. */
const QUIT_LIMIT_MS = 5000

/**
 * Ends a QEMU in order if it listens, otherwise by force, and closes the connection. Failure `driver.timeout` when
 * even that does not help.
 */
export async function endQemu(
  identity: ProcessIdentity | undefined,
  client?: QmpClient | undefined,
): Promise<void> {
  // A QEMU that hangs does not answer; whether it ends is what counts.
  if (client) void client.execute('quit').catch(() => undefined)
  else signalProcess(identity, 'SIGTERM')
  if (!(await waitForExit(identity, QUIT_LIMIT_MS))) await killProcess(identity)
  client?.close()
  if (!identity || !isAlive(identity)) return
  throw new Failure(
    'driver.timeout',
    `QEMU with process number ${identity.pid} does not end; end it (kill -9 ${identity.pid}) and run again`,
    { pid: identity.pid },
  )
}
