import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQemuDriver } from '../../src/adapters/hypervisor-qemu/qemu-driver.ts'
import { identifyProcess, isAlive, killProcess } from '../../src/adapters/hypervisor-qemu/qemu-process.ts'
import { isFailure } from '../../src/domain/failure.ts'
import { describeMachineDriver } from '../contracts/machine-driver.ts'
import { aSpec } from '../support/a-host.ts'
import { bootSectorIso } from '../support/boot-sector.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-qemu-'))
// Long enough that its sockets would not fit into a socket address.
const machines = join(
  directory,
  'a-directory-with-quite-a-long-name,-and-a-comma-in-it',
  'machines-of-the-test',
)
const isos = { powerOffIso: '', resetIso: '', idleIso: '', echoIso: '' }
const signal = () => AbortSignal.timeout(60_000)
const open = () => openQemuDriver({ directory: machines, log: createSilentLog() })

beforeAll(() => {
  isos.powerOffIso = bootSectorIso(directory, 'powerOff')
  isos.resetIso = bootSectorIso(directory, 'reset')
  isos.idleIso = bootSectorIso(directory, 'idle')
  isos.echoIso = bootSectorIso(directory, 'echo')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describeMachineDriver('QEMU', () => ({
  open,
  ...isos,
  consoleText: async ({ consoleLogPath = '' }) => readFileSync(consoleLogPath, 'latin1'),
}))

const small = { cpus: 1, memoryMiB: 128, diskGiB: 1, probePorts: [] }

describe('the QEMU driver', () => {
  test('finds a running machine after its process was killed, and knows how it ended meanwhile', async () => {
    const spec = aSpec({ ...small, name: 'orphan' })
    const script = join(directory, 'owner.ts')
    const driverUrl = new URL('../../src/adapters/hypervisor-qemu/qemu-driver.ts', import.meta.url).href
    const logUrl = new URL('../support/silent-log.ts', import.meta.url).href
    writeFileSync(
      script,
      `import { openQemuDriver } from ${JSON.stringify(driverUrl)}
       import { createSilentLog } from ${JSON.stringify(logUrl)}
       const driver = await openQemuDriver({ directory: ${JSON.stringify(machines)}, log: createSilentLog() })
       const machine = await driver.create(${JSON.stringify(spec)}, AbortSignal.timeout(30000))
       await machine.setMedia(${JSON.stringify(isos.powerOffIso)}, AbortSignal.timeout(30000))
       await machine.power('on', AbortSignal.timeout(30000))
       process.stdout.write('on')
       process.kill(process.pid, 'SIGKILL')`,
    )
    const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(owner, 'close')
    await using driver = await open()
    try {
      const machine = await driver.find('orphan', signal())

      await expect.poll(() => machine?.powerState(signal()), { timeout: 30_000 }).toBe('off')

      const first = await machine?.watch(signal())[Symbol.asyncIterator]().next()
      expect(first?.value).toEqual({ state: 'off', cause: 'guest-shutdown' })
    } finally {
      await driver.delete('orphan', signal())
    }
  })

  test('a machine whose process is killed from outside is lost', async () => {
    await using driver = await open()
    const machine = await driver.create(aSpec({ ...small, name: 'lost' }), signal())
    try {
      await machine.setMedia(isos.idleIso, signal())
      await machine.power('on', signal())
      const { pid } = JSON.parse(readFileSync(join(machines, 'lost', 'process.json'), 'utf8'))
      const changes = machine.watch(signal())[Symbol.asyncIterator]()
      await changes.next()

      process.kill(pid, 'SIGKILL')

      expect((await changes.next()).value).toEqual({ state: 'off', cause: 'lost' })
    } finally {
      await driver.delete('lost', signal())
    }
  })

  test('more memory than the computer has is refused with what to do', async () => {
    await using driver = await open()
    const machine = await driver.create(aSpec({ ...small, name: 'huge', memoryMiB: 100_000_000 }), signal())
    try {
      const failure = await machine.power('on', signal()).catch((error: unknown) => error)

      expect(isFailure(failure, 'machine.start-failed') && failure.message).toContain('--memory')
    } finally {
      await driver.delete('huge', signal())
    }
  })

  test('deleting a machine leaves nothing of it', async () => {
    await using driver = await open()
    const machine = await driver.create(aSpec({ ...small, name: 'clean' }), signal())
    await machine.power('on', signal())
    const { pid } = JSON.parse(readFileSync(join(machines, 'clean', 'process.json'), 'utf8'))

    await driver.delete('clean', signal())

    expect(existsSync(join(machines, 'clean'))).toBe(false)
    expect(identifyProcess(pid)).toBeUndefined()
  })

  test('a process that took over the number of a machine is never ended', async () => {
    const bystander = spawn('sleep', ['60'])
    try {
      const stranger = { pid: bystander.pid ?? 0, startTime: '1' }

      await killProcess(stranger)

      expect(isAlive(stranger)).toBe(false)
      expect(identifyProcess(stranger.pid)).toBeDefined()
    } finally {
      bystander.kill('SIGKILL')
    }
  })
})
