import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { searchProcess } from '../../src/adapters/hypervisor-qemu/find-process.ts'
import { filesOf } from '../../src/adapters/hypervisor-qemu/machine-directory.ts'
import { qemuArguments } from '../../src/adapters/hypervisor-qemu/qemu-arguments.ts'
import { openQemuDriver } from '../../src/adapters/hypervisor-qemu/qemu-driver.ts'
import { createQemuHost } from '../../src/adapters/hypervisor-qemu/qemu-host.ts'
import { createQemuMachine, type QemuMachine } from '../../src/adapters/hypervisor-qemu/qemu-machine.ts'
import { identifyProcess } from '../../src/adapters/hypervisor-qemu/qemu-process.ts'
import { openQmpClient, type QmpClient } from '../../src/adapters/hypervisor-qemu/qmp-client.ts'
import { startQemu } from '../../src/adapters/hypervisor-qemu/start-qemu.ts'
import { takeScreenshot } from '../../src/adapters/hypervisor-qemu/take-screenshot.ts'
import { Failure, isFailure } from '../../src/domain/failure.ts'
import { aSpec } from '../support/a-host.ts'
import { bootSectorIso } from '../support/boot-sector.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-qemu-life-'))
const machines = join(directory, 'machines')
const log = createSilentLog()
const signal = () => AbortSignal.timeout(60_000)
const open = () => openQemuDriver({ directory: machines, log })
const small = (name: string) => aSpec({ name, cpus: 1, memoryMiB: 64, diskGiB: 1, probePorts: [] })
const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error)
const pidOf = (name: string) => searchProcess(join(machines, name))?.pid ?? 0
const isos = { idle: '', powerOff: '' }

beforeAll(() => {
  mkdirSync(machines)
  isos.idle = bootSectorIso(directory, 'idle')
  isos.powerOff = bootSectorIso(directory, 'powerOff')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the connection to a running QEMU', () => {
  /** A machine whose connections the test can cut; what its guest tells when it switches itself off is not heard. */
  async function withCuttable(
    name: string,
    iso: keyof typeof isos,
    work: (machine: QemuMachine, line: { clients: QmpClient[] }) => Promise<void>,
  ) {
    await using driver = await open()
    const spec = small(name)
    await driver.create(spec, signal())
    const clients: QmpClient[] = []
    const isDeaf = iso === 'powerOff'
    const connect: typeof openQmpClient = async (path, onEvent) => {
      const client = await openQmpClient(path, (event) => isDeaf || onEvent(event))
      clients.push(client)
      return client
    }
    const path = join(machines, name)
    const machine = createQemuMachine(path, spec, { log, host: createQemuHost(machines), connect })
    try {
      await machine.setMedia(isos[iso], signal())
      await machine.power('on', signal())
      await work(machine, { clients })
    } finally {
      machine.detach()
      await driver.delete(name, signal())
    }
  }

  test('is restored by itself when it is cut, and events go on', async () => {
    await withCuttable('cut', 'idle', async (machine, { clients }) => {
      const changes = machine.watch(signal())[Symbol.asyncIterator]()
      await changes.next()

      clients[0]?.close()
      await vi.waitFor(() => expect(clients).toHaveLength(2), { timeout: 10_000 })
      // The guest's own way to reset itself, by the keyboard controller.
      await clients[1]?.execute('human-monitor-command', { 'command-line': 'o/b 0x64 0xfe' })

      expect((await changes.next()).value).toEqual({ state: 'on', cause: 'guest-reset' })
    })
  })

  test('ends for good with its process, which is told as lost', async () => {
    await withCuttable('ended', 'idle', async (machine, { clients }) => {
      const changes = machine.watch(signal())[Symbol.asyncIterator]()
      await changes.next()
      const pid = pidOf('ended')

      clients[0]?.close()
      process.kill(pid, 'SIGKILL')

      expect((await changes.next()).value).toEqual({ state: 'off', cause: 'lost' })
      expect(await machine.powerState(signal())).toBe('off')
    })
  })

  test('tells afterwards that the guest switched itself off meanwhile', async () => {
    await withCuttable('missed', 'powerOff', async (machine, { clients }) => {
      const changes = machine.watch(signal())[Symbol.asyncIterator]()
      const first = (await changes.next()).value
      const [deaf] = clients
      await expect
        .poll(() => deaf?.execute('query-status'), { timeout: 30_000 })
        .toMatchObject({
          status: 'shutdown',
        })

      deaf?.close()

      expect(first).toEqual({ state: 'on', cause: 'unknown' })
      expect((await changes.next()).value).toEqual({ state: 'off', cause: 'guest-shutdown' })
      expect(await machine.powerState(signal())).toBe('off')
    })
  })

  test('is found by processes with other environments, however long the path', async () => {
    const long = join(directory, 'a'.repeat(100), 'machines')
    const environment = process.env['XDG_RUNTIME_DIR']
    await using driver = await openQemuDriver({ directory: long, log })
    const machine = await driver.create(small('long'), signal())
    await machine.power('on', signal())
    await driver[Symbol.asyncDispose]()
    process.env['XDG_RUNTIME_DIR'] = join(directory, 'elsewhere')
    await using later = await openQemuDriver({ directory: long, log })
    try {
      const found = await later.find('long', signal())

      expect(await found?.powerState(signal())).toBe('on')
      expect(existsSync(join(directory, 'elsewhere'))).toBe(false)
      expect(existsSync(join(long, 'long', 'qmp.sock'))).toBe(true)
    } finally {
      if (environment === undefined) delete process.env['XDG_RUNTIME_DIR']
      else process.env['XDG_RUNTIME_DIR'] = environment
      await later.delete('long', signal())
    }
  })
})

describe('starting and ending', () => {
  test('a machine deleted while it starts leaves no process and no file', async () => {
    await using driver = await open()
    const machine = await driver.create(small('hasty'), signal())

    const started = failureOf(machine.power('on', signal()))
    await vi.waitFor(() => expect(pidOf('hasty')).toBeGreaterThan(0), { timeout: 10_000, interval: 5 })
    const pid = pidOf('hasty')
    await driver.delete('hasty', signal())

    expect(isFailure(await started, 'machine.wrong-state')).toBe(true)
    expect(identifyProcess(pid)).toBeUndefined()
    expect(existsSync(join(machines, 'hasty'))).toBe(false)
  })

  test('a machine deleted at once after it was switched on is not started any more', async () => {
    await using driver = await open()
    const machine = await driver.create(small('at-once'), signal())

    const started = failureOf(machine.power('on', signal()))
    await driver.delete('at-once', signal())
    const later = await failureOf(machine.power('on', signal()))

    expect(isFailure(await started, 'machine.wrong-state')).toBe(true)
    expect(isFailure(later, 'machine.wrong-state') && later.message).toContain('deleted')
    expect(existsSync(join(machines, 'at-once'))).toBe(false)
  })

  test('what QEMU says against its command line is told, and the machine is as it was', async () => {
    await using driver = await open()
    const machine = await driver.create(small('refused'), signal())
    try {
      writeFileSync(join(machines, 'refused', 'disk.qcow2'), 'no disk')

      const failure = await failureOf(machine.power('on', signal()))

      expect(isFailure(failure, 'machine.start-failed') && failure.message).toMatch(/qcow2/)
      const first = await machine.watch(signal())[Symbol.asyncIterator]().next()
      expect(first.value).toEqual({ state: 'off', cause: 'unknown' })
    } finally {
      await driver.delete('refused', signal())
    }
  })

  test('a QEMU that starts and does not answer is ended again', async () => {
    await using driver = await open()
    const spec = small('mute')
    await driver.create(spec, signal())
    try {
      let pid = 0
      const failure = await failureOf(
        startQemu({
          ...{ spec, files: filesOf(join(machines, 'mute')), host: createQemuHost(machines), log },
          mayStart: () => undefined,
          hasAnswered: async () => {
            pid = pidOf('mute')
            throw new Failure('driver.unreachable', 'nothing was said')
          },
        }),
      )

      expect(isFailure(failure, 'machine.start-failed') && failure.message).toContain('nothing was said')
      expect(pid).toBeGreaterThan(0)
      expect(identifyProcess(pid)).toBeUndefined()
    } finally {
      await driver.delete('mute', signal())
    }
  })

  test('switching off while the guest switches itself off waits until it is off', async () => {
    await using driver = await open()
    const machine = await driver.create(small('both'), signal())
    try {
      await machine.setMedia(isos.powerOff, signal())
      await machine.power('on', signal())

      await machine.power('off', signal())

      expect(pidOf('both')).toBe(0)
      expect(await machine.powerState(signal())).toBe('off')
    } finally {
      await driver.delete('both', signal())
    }
  })

  test('a reset under emulation is a new process, and the machine is on all the while', async () => {
    await using driver = await open()
    const machine = await driver.create(small('anew'), signal())
    try {
      await machine.power('on', signal())
      const { acceleration } = await createQemuHost(machines).acceleration()
      const before = pidOf('anew')
      const end = new AbortController()
      const seen: unknown[] = []
      const watching = (async () => {
        for await (const change of machine.watch(end.signal)) seen.push(change)
      })()

      const resetting = machine.power('reset', signal())
      const [state] = await Promise.all([machine.powerState(signal()), resetting])
      const changes = machine.watch(signal())[Symbol.asyncIterator]()
      const later = (await changes.next()).value
      end.abort()
      await watching

      expect(state).toBe('on')
      expect(later).toEqual({ state: 'on', cause: 'unknown' })
      expect(seen.filter((change) => (change as { state: string }).state === 'off')).toEqual([])
      expect(identifyProcess(before) === undefined).toBe(acceleration === 'tcg')
      expect(pidOf('anew')).toBeGreaterThan(0)
    } finally {
      await driver.delete('anew', signal())
    }
  })

  test('a machine that cannot be started again after a reset is off, and says so', async () => {
    await using driver = await open()
    const machine = await driver.create(small('broken'), signal())
    try {
      await machine.power('on', signal())
      const { acceleration } = await createQemuHost(machines).acceleration()
      if (acceleration === 'kvm') return
      const changes = machine.watch(signal())[Symbol.asyncIterator]()
      await changes.next()
      writeFileSync(join(machines, 'broken', 'disk.qcow2'), 'no disk')

      const failure = await failureOf(machine.power('reset', signal()))

      expect(isFailure(failure, 'machine.start-failed') && failure.message).toMatch(/qcow2/)
      expect((await changes.next()).value).toEqual({ state: 'off', cause: 'lost' })
      expect(await machine.powerState(signal())).toBe('off')
    } finally {
      await driver.delete('broken', signal())
    }
  })

  test('a QEMU that hangs is switched off all the same', async () => {
    await using driver = await open()
    const machine = await driver.create(small('hung'), signal())
    try {
      await machine.power('on', signal())
      const pid = pidOf('hung')
      process.kill(pid, 'SIGSTOP')

      await machine.power('off', signal())

      expect(identifyProcess(pid)).toBeUndefined()
    } finally {
      await driver.delete('hung', signal())
    }
  })
})

describe('other versions and kinds of QEMU', () => {
  test('one that is too old is refused before anything is made, with what to do', async () => {
    const tools = join(directory, 'old-tools')
    mkdirSync(tools)
    writeFileSync(join(tools, 'qemu-system-x86_64'), '#!/bin/sh\necho QEMU emulator version 4.2.1\n')
    chmodSync(join(tools, 'qemu-system-x86_64'), 0o755)
    vi.stubEnv('PATH', `${tools}:${process.env['PATH']}`)
    await using driver = await open()
    try {
      const described = await failureOf(driver.describe(signal()))
      const created = await failureOf(driver.create(small('old'), signal()))

      for (const failure of [described, created]) {
        expect(isFailure(failure, 'tool.failed') && failure.message).toContain('4.2.1 is too old')
      }
      expect(existsSync(join(machines, 'old'))).toBe(false)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('one that cannot write PNG still gives a screenshot', async () => {
    await using driver = await open()
    const machine = await driver.create(small('picture'), signal())
    await machine.power('on', signal())
    await driver[Symbol.asyncDispose]()
    const path = join(machines, 'picture')
    const client = await openQmpClient(path, () => undefined)
    try {
      const png = await takeScreenshot({ version: '7.0.0', execute: client.execute }, path)

      expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47])
      const view = new DataView(png.buffer, png.byteOffset)
      expect(view.getUint32(16)).toBeGreaterThanOrEqual(640)
    } finally {
      client.close()
      await driver.delete('picture', signal())
    }
  })

  test('a machine of the own network runs with its system calls filtered, where that is possible', async () => {
    await using driver = await open()
    const machine = await driver.create(small('confined'), signal())
    try {
      await machine.power('on', signal())

      const isPossible = await createQemuHost(machines).sandbox()
      const status = readFileSync(`/proc/${pidOf('confined')}/status`, 'utf8')

      expect(/^Seccomp:\t2$/m.test(status)).toBe(isPossible)
    } finally {
      await driver.delete('confined', signal())
    }
  })

  test.each([
    [{ kind: 'user' }, true],
    [{ kind: 'tap', device: 'tap0' }, true],
    [{ kind: 'bridge', bridge: 'br0' }, false],
  ] as const)('network %j may be confined: %s', (network, expected) => {
    const spec = { ...small('any'), network }

    const given = qemuArguments({
      ...{ spec, files: filesOf('/m'), forwards: [], media: { path: undefined, first: false } },
      ...{ acceleration: 'tcg', efi: undefined, sandbox: true },
    })

    expect(given.includes('-sandbox')).toBe(expected)
  })
})
