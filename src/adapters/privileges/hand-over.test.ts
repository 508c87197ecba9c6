import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountToRunAs } from './drop-root.ts'
import { handOver } from './hand-over.ts'

const SOMEBODY = { uid: 54_321, gid: 54_322 }
let place: string
const at = (...names: readonly string[]): string => join(place, ...names)
const ownerOf = (...names: readonly string[]): number => statSync(at(...names)).uid

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'edgeboot-hand-over-'))
  for (const directory of ['data', 'data/logs', 'elsewhere', 'elsewhere/deep']) mkdirSync(at(directory))
  for (const file of ['data/state.db', 'data/logs/host', 'elsewhere/shadow', 'elsewhere/deep/key'])
    writeFileSync(at(file), '')
})
afterEach(() => rmSync(place, { recursive: true }))

// Only root can give files away.
describe.skipIf(process.getuid?.() !== 0)('the data directory of a program that was root', () => {
  test('is handed over with all that is in it', () => {
    handOver(at('data'), SOMEBODY)
    for (const path of ['data', 'data/state.db', 'data/logs', 'data/logs/host'])
      expect(ownerOf(path), path).toBe(SOMEBODY.uid)
  })

  test('is left neither by links to directories nor by any others', () => {
    symlinkSync(at('elsewhere'), at('data', 'directory'))
    symlinkSync(at('elsewhere', 'shadow'), at('data', 'file'))
    linkSync(at('elsewhere', 'shadow'), at('data', 'second-name'))

    handOver(at('data'), SOMEBODY)

    for (const path of ['elsewhere', 'elsewhere/shadow', 'elsewhere/deep', 'elsewhere/deep/key'])
      expect(ownerOf(path), path).toBe(0)
  })

  test('may be named by a link', async () => {
    symlinkSync(at('data'), at('named'))
    handOver(at('named'), SOMEBODY)
    expect(ownerOf('data', 'state.db')).toBe(SOMEBODY.uid)
    expect(await accountToRunAs(undefined, at('named'))).toMatchObject(SOMEBODY)
  })

  test('says whom to go on as even where its owner has no account on this machine', async () => {
    handOver(at('data'), SOMEBODY)
    expect(await accountToRunAs(undefined, at('data'))).toEqual({ ...SOMEBODY, name: `${SOMEBODY.uid}` })
    expect(await accountToRunAs(undefined, at('elsewhere')), "root's").toBeUndefined()
  })

  test.each([
    [0o755, /^54321 54322 54321$/m],
    [0o700, /a folder above it is closed to that account/],
  ])(
    'lies in a folder of mode %i: no right of root is left, and what cannot go on says why',
    (mode, expected) => {
      chmodSync(place, mode)
      const program = `
      import { statSync } from 'node:fs'
      import { dropRoot } from ${JSON.stringify(new URL('./drop-root.ts', import.meta.url).href)}
      const directory = ${JSON.stringify(at('data'))}
      try {
        dropRoot({ ...${JSON.stringify(SOMEBODY)}, name: '${SOMEBODY.uid}' }, directory)
        console.log(process.getuid(), process.getgroups().join(), statSync(directory).uid)
      } catch (error) {
        console.log(error.message)
      }`
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
      })
      expect(stdout).toMatch(expected)
    },
  )
})
