import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))

/** The command line as people run it: what is built of the sources. */
export const PROGRAM = `${CHECKOUT}dist/program/main.js`

/** What the launcher hands to Node.js in front of the program. */
export function nodeFlags(): readonly string[] {
  const [, flags] = /^exec "\$node" (--.+) "\$main"/m.exec(readFileSync(`${CHECKOUT}edgeboot`, 'utf8')) ?? []
  if (flags === undefined) throw new Error('the launcher of the checkout starts Node.js in another way')
  return flags.split(' ')
}

/** Called by vitest before tests that start it: builds it, unless it is as new as the sources. */
export default function buildProgram(): void {
  execFileSync('sh', ['tools/setup/program.sh'], { cwd: CHECKOUT, stdio: 'inherit' })
  if (!existsSync(`${CHECKOUT}dist/program/.built`)) throw new Error('the program could not be built')
}
