import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LISTER = new URL('../support/list-loaded-modules.ts', import.meta.url).href

/** npm packages that a run of the command line loads, and its own modules. */
async function loadedBy(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', LISTER, MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const [urls, [code]] = await Promise.all([text(child.stdio[3] as Readable), once(child, 'close')])
  const lines = urls.split('\n')
  const packages = lines.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
  const own = lines.flatMap((url) => /\/src\/(.+)$/.exec(url)?.[1] ?? [])
  return { code, packages: new Set(packages), own }
}

test('help loads what prints it, and nothing of any command', async () => {
  const { code, packages, own } = await loadedBy(['--help'])

  expect(code).toBe(0)
  expect([...packages]).toEqual(['commander'])
  expect(own).toContain('cli/main.ts')
  expect(own.filter((path) => /^(adapters|servers|services|codec|cli\/commands)\//.test(path))).toEqual([])
})

test.each([
  [['up', '--help']],
  [['serve', '--help']],
  [['host', 'watch', '--help']],
  [['apply', '--help']],
  [['doctor', '--help']],
  [['token', 'create', '--help']],
])('%j loads no package that does work', async (args) => {
  const { code, packages } = await loadedBy(args)

  expect(code).toBe(0)
  expect([...packages]).toEqual(['commander'])
})
