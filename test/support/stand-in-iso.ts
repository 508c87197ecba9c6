import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))

/** Path of the stand-in installer ISO, built if it is not there yet. A real one by EDGEBOOT_TEST_ISO. */
export async function standInIso(): Promise<string> {
  const given = process.env['EDGEBOOT_TEST_ISO']
  if (given) return given
  const { stdout } = await promisify(execFile)('sh', ['demo/build-installer.sh'], {
    cwd: CHECKOUT,
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.trim().split('\n').at(-1) ?? ''
}
