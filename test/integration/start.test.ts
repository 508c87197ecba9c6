import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LAUNCHER = fileURLToPath(new URL('../../edgeboot', import.meta.url))
const LISTER = new URL('../support/list-loaded-modules.ts', import.meta.url).href

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-start-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** npm packages that a run of the sources loads, and modules of ours. */
async function loadedBy(args: readonly string[], options: { readonly until?: RegExp } = {}) {
  const { code, lines } = await linesOf(process.execPath, ['--import', LISTER, MAIN, ...args], options)
  const packages = lines.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
  const own = lines.flatMap((url) => /\/src\/(.+)$/.exec(url)?.[1] ?? [])
  return { code, packages: new Set(packages), own }
}

/** What the lister says of a program that ends, or is ended when it has said something. */
async function linesOf(
  program: string,
  args: readonly string[],
  { until, env = {} }: { readonly until?: RegExp; readonly env?: NodeJS.ProcessEnv } = {},
) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let isStopped = false
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    said += part
    if (isStopped || !until?.test(said)) return
    isStopped = true
    child.kill('SIGINT')
  })
  const [urls, [code]] = await Promise.all([text(child.stdio[3] as Readable), once(child, 'close')])
  return { code, lines: urls.split('\n').filter((url) => url !== '') }
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

test('a server loads neither the database client nor the compilers that it has no use for', async () => {
  const ports = ['--boot-host', '127.0.0.1', '--boot-port', '0', '--control-port', '0']
  const { code, packages } = await loadedBy(['--data-dir', directory, 'serve', ...ports], {
    until: /Ctrl\+C stops/,
  })

  expect(code).toBe(0)
  expect([...packages]).toContain('fastify')
  for (const name of ['pg', 'ajv', '@fastify/ajv-compiler']) {
    expect([...packages]).not.toContain(name)
  }
})

test('the launcher runs what was built, a few files for help', async () => {
  const { code, lines } = await linesOf(LAUNCHER, ['--help'], { env: { NODE_OPTIONS: `--import ${LISTER}` } })
  const files = lines.filter((url) => !url.startsWith('node:') && url !== LISTER)

  expect(code).toBe(0)
  expect(files.filter((url) => !url.includes('/dist/program/'))).toEqual([])
  expect(files.filter((url) => url.endsWith('/dist/program/main.js'))).toHaveLength(1)
  expect(files.length).toBeLessThan(15)
})
