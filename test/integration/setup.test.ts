import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const TOOLS = fileURLToPath(new URL('../../tools/', import.meta.url))
const PACKAGES = readFileSync(join(TOOLS, 'debian-packages.txt'), 'utf8')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter((line) => line !== '')

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgeboot-setup-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/**
 * Runs the part that installs Debian packages on a machine that has these, as this user. Programs that would ask or
 * change the system are replaced; `apt-get` writes down what it is told.
 */
function setUp(machine: { readonly has: readonly string[]; readonly uid: number; readonly sudo: boolean }) {
  const program = (name: string, lines: readonly string[]): void => {
    const path = join(directory, name)
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'))
    chmodSync(path, 0o755)
  }
  const log = join(directory, 'log')
  writeFileSync(log, '')
  program('dpkg-query', machine.has.length > 0 ? [`printf 'ii %s\\n' ${machine.has.join(' ')}`] : ['exit 1'])
  program('id', [`echo ${machine.uid}`])
  program('sudo', machine.sudo ? ['shift', 'echo "sudo $*" >>"$LOG"', 'exec "$@"'] : ['exit 1'])
  program('apt-get', ['echo "apt-get $*" >>"$LOG"'])
  const env = { PATH: `${directory}:${process.env['PATH']}`, LOG: log }
  const { status, stderr } = spawnSync('sh', [join(TOOLS, 'setup/system.sh'), 'debian-packages.txt'], {
    env,
    encoding: 'utf8',
  })
  return { status, stderr, done: readFileSync(log, 'utf8') }
}

describe('setting up the Debian packages', () => {
  test('says nothing and does nothing where all of them are there', () => {
    expect(setUp({ has: PACKAGES, uid: 1000, sudo: false })).toEqual({ status: 0, stderr: '', done: '' })
  })

  test('without the rights to install prints the one command, and stops', () => {
    const has = PACKAGES.filter((name) => name !== 'xorriso' && name !== 'mtools')

    const { status, stderr, done } = setUp({ has, uid: 1000, sudo: false })

    expect(status).toBe(3)
    expect(stderr).toContain(
      '\n  sudo apt-get update && sudo apt-get install --no-install-recommends xorriso mtools\n',
    )
    expect(done).toBe('')
  })

  test.each([
    ['as root', 0, false],
    ['by sudo that asks nothing', 1000, true],
  ])('installs what is missing %s, and nothing else', (_, uid, sudo) => {
    const { status, done } = setUp({ has: PACKAGES.slice(1), uid, sudo })

    expect(status).toBe(0)
    expect(done).toMatch(/^apt-get .* update$/m)
    expect(done).toMatch(new RegExp(`^apt-get .* install --no-install-recommends ${PACKAGES[0]}$`, 'm'))
    expect(/^sudo/m.test(done)).toBe(sudo)
  })

  test('on a machine without any of them names all', () => {
    const { stderr } = setUp({ has: [], uid: 1000, sudo: false })

    for (const name of PACKAGES) expect(stderr).toContain(` ${name}`)
  })
})
