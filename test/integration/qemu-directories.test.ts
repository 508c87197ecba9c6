import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchProcess } from '../../src/adapters/hypervisor-qemu/find-process.ts'
import { openQemuDriver } from '../../src/adapters/hypervisor-qemu/qemu-driver.ts'
import { identifyProcess } from '../../src/adapters/hypervisor-qemu/qemu-process.ts'
import { isFailure } from '../../src/domain/failure.ts'
import type { Machine, MachineDriver } from '../../src/ports/machine-driver.ts'
import { aSpec } from '../support/a-host.ts'
import { bootSectorIso } from '../support/boot-sector.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-qemu-directories-'))
const machines = join(directory, 'machines')
const signal = () => AbortSignal.timeout(60_000)
const open = () => openQemuDriver({ directory: machines, log: createSilentLog() })
const small = (name: string) =>
  aSpec({ name, cpus: 1, memoryMiB: 64, diskGiB: 1, probePorts: [], network: { kind: 'user' } })
const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error)
let idleIso = ''

beforeAll(() => {
  mkdirSync(machines)
  idleIso = bootSectorIso(directory, 'idle')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A machine that runs, and the process number of its QEMU. */
async function running(driver: MachineDriver, name: string): Promise<{ machine: Machine; pid: number }> {
  const machine = await driver.create(small(name), signal())
  await machine.setMedia(idleIso, signal())
  await machine.power('on', signal())
  const pid = searchProcess(join(machines, name))?.pid ?? 0
  expect(identifyProcess(pid)).toBeDefined()
  return { machine, pid }
}

describe('what is in the place of a machine but is not one', () => {
  test.each([
    [
      'a directory with files of others',
      (path: string) => {
        mkdirSync(path)
        writeFileSync(join(path, 'thesis.tex'), 'years of work')
      },
    ],
    ['a file', (path: string) => writeFileSync(path, 'years of work')],
    ['a symbolic link', (path: string) => symlinkSync(directory, path)],
  ])('%s is neither made into a machine nor deleted, and the message names it', async (_, put) => {
    const path = join(machines, 'strange')
    put(path)
    await using driver = await open()
    try {
      const created = await failureOf(driver.create(small('strange'), signal()))
      const deleted = await failureOf(driver.delete('strange', signal()))

      for (const failure of [created, deleted]) {
        expect(isFailure(failure, 'driver.refused') && failure.message).toContain(path)
        expect(isFailure(failure) && failure.message).toContain('move it away')
      }
      expect(existsSync(path)).toBe(true)
      expect(existsSync(join(path, 'edgeboot-machine'))).toBe(false)
    } finally {
      rmSync(path, { recursive: true })
    }
  })

  test('an empty directory is taken', async () => {
    mkdirSync(join(machines, 'empty'))
    await using driver = await open()

    await driver.create(small('empty'), signal())

    expect(readdirSync(join(machines, 'empty'))).toContain('edgeboot-machine')
    await driver.delete('empty', signal())
    expect(existsSync(join(machines, 'empty'))).toBe(false)
  })
})

describe('a machine whose files are incomplete or damaged', () => {
  test('one that was never finished is made anew', async () => {
    const path = join(machines, 'unfinished')
    mkdirSync(path)
    writeFileSync(join(path, 'edgeboot-machine'), '')
    writeFileSync(join(path, 'left-over'), '')
    await using driver = await open()

    const machine = await driver.create(small('unfinished'), signal())

    expect(await machine.powerState(signal())).toBe('off')
    expect(existsSync(join(path, 'left-over'))).toBe(false)
    await driver.delete('unfinished', signal())
  })

  test('one whose files somebody removed can be made anew, also differently', async () => {
    await using driver = await open()
    await driver.create(small('removed'), signal())
    rmSync(join(machines, 'removed'), { recursive: true })

    const machine = await driver.create({ ...small('removed'), memoryMiB: 96 }, signal())

    expect(machine.spec?.memoryMiB).toBe(96)
    await driver.delete('removed', signal())
  })

  test('one of an earlier version, without marker, is found and deleted', async () => {
    await using driver = await open()
    await driver.create(small('earlier'), signal())
    rmSync(join(machines, 'earlier', 'edgeboot-machine'))

    await using later = await open()
    const found = await later.find('earlier', signal())
    await later.delete('earlier', signal())

    expect(found?.name).toBe('earlier')
    expect(existsSync(join(machines, 'earlier'))).toBe(false)
  })

  test.each([
    ['its spec is damaged', ['spec.json']],
    ['its spec and the note of its process are damaged', ['spec.json', 'process.json']],
    ['all its notes are damaged', ['spec.json', 'process.json', 'off-cause', 'media']],
  ])('one that runs is ended and deleted although %s', async (_, files) => {
    await using driver = await open()
    const { pid } = await running(driver, 'damaged')
    await driver[Symbol.asyncDispose]()
    for (const file of files) writeFileSync(join(machines, 'damaged', file), '{"version":')
    await using later = await open()
    const found = await failureOf(later.find('damaged', signal()))

    await later.delete('damaged', signal())

    expect(isFailure(found, 'driver.refused') && found.message).toContain('spec.json is damaged')
    expect(existsSync(join(machines, 'damaged'))).toBe(false)
    expect(identifyProcess(pid)).toBeUndefined()
  })

  test('one whose owner was killed before it noted the process is found running', async () => {
    await using driver = await open()
    const { pid } = await running(driver, 'unnoted')
    await driver[Symbol.asyncDispose]()
    rmSync(join(machines, 'unnoted', 'process.json'))
    await using later = await open()
    try {
      const found = await later.find('unnoted', signal())

      expect(await found?.powerState(signal())).toBe('on')

      expect(JSON.parse(readFileSync(join(machines, 'unnoted', 'process.json'), 'utf8')).pid).toBe(pid)
    } finally {
      await later.delete('unnoted', signal())
    }
    expect(identifyProcess(pid)).toBeUndefined()
  })

  test('a note from before the computer was started anew means no process of today', async () => {
    await using driver = await open()
    await driver.create(small('rebooted'), signal())
    const bystander = identifyProcess(process.pid)
    writeFileSync(
      join(machines, 'rebooted', 'process.json'),
      JSON.stringify({ ...bystander, bootId: 'of another boot' }),
    )
    writeFileSync(join(machines, 'rebooted', 'off-cause'), '')

    const machine = await driver.find('rebooted', signal())
    const first = await machine?.watch(signal())[Symbol.asyncIterator]().next()
    // Would end this very process if the note were believed.
    await driver.delete('rebooted', signal())

    expect(first?.value).toEqual({ state: 'off', cause: 'lost' })
  })
})
