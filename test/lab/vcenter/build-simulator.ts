import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url))

/** Path of the simulator's program, built by the set-up's own script if it is not there yet. */
export async function buildSimulator(): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['tools/setup/vcenter-simulator.sh'], {
    cwd: CHECKOUT,
    timeout: 600_000,
  })
  return stdout.trim().split('\n').at(-1) ?? ''
}
