import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))

/** The command line as people run it: what is built of the sources. */
export const PROGRAM = `${CHECKOUT}dist/program/main.js`

/** Called by vitest before tests that start it: builds it, unless it is as new as the sources. */
export default function buildProgram(): void {
  execFileSync('sh', ['tools/setup/program.sh'], { cwd: CHECKOUT, stdio: 'inherit' })
  if (!existsSync(`${CHECKOUT}dist/program/.built`)) throw new Error('the program could not be built')
}
