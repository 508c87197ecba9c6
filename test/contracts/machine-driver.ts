import { describe, expect, test } from 'vitest'
import { isFailure } from '../../src/domain/failure.ts'
import type { MachineSpec, PowerChange } from '../../src/domain/machine.ts'
import { chordsForText } from '../../src/domain/us-keyboard.ts'
import type { Machine, MachineDriver } from '../../src/ports/machine-driver.ts'
import { aSpec } from '../support/a-host.ts'

/** What a driver's own test lends the contract. */
export interface DriverUnderTest {
  open(): Promise<MachineDriver>
  /** An ISO that powers the machine off as soon as it is booted. */
  readonly powerOffIso: string
  /** An ISO that resets the machine at its first boot and then stays. */
  readonly resetIso: string
  /** An ISO that stays. */
  readonly idleIso: string
  /** An ISO that writes what is typed to its serial console. */
  readonly echoIso: string
  /** All that a guest has written to its serial console so far. */
  consoleText(machine: Machine): Promise<string>
}

const signal = () => AbortSignal.timeout(60_000)

/** Collects power changes until one satisfies the condition. */
async function changesUntil(
  machine: Machine,
  isLast: (change: PowerChange) => boolean,
  act: () => Promise<void>,
) {
  const end = new AbortController()
  const seen: PowerChange[] = []
  let acted = false
  for await (const change of machine.watch(AbortSignal.any([end.signal, signal()]))) {
    seen.push(change)
    if (isLast(change)) end.abort()
    else if (!acted) {
      acted = true
      await act()
    }
  }
  return seen
}

/** What every driver of machines must do. */
export function describeMachineDriver(name: string, under: () => DriverUnderTest): void {
  const small = (given: Partial<MachineSpec>): MachineSpec =>
    aSpec({ cpus: 1, memoryMiB: 128, diskGiB: 1, probePorts: [22], ...given })

  async function withMachine(
    spec: MachineSpec,
    iso: string,
    work: (machine: Machine, driver: MachineDriver) => Promise<void>,
  ) {
    await using driver = await under().open()
    try {
      const machine = await driver.create(spec, signal())
      await machine.setMedia(iso, signal())
      await work(machine, driver)
    } finally {
      await driver.delete(spec.name, signal())
    }
  }

  describe(`${name} is a machine driver`, () => {
    test('nothing is changed by checking whether a machine can be made', async () => {
      await using driver = await under().open()

      await driver.check(small({ name: 'checked' }), signal())

      expect(await driver.find('checked', signal())).toBeUndefined()
    })

    test('a machine made twice is the same machine, switched off', async () => {
      const spec = small({ name: 'twice' })
      await withMachine(spec, under().idleIso, async (machine, driver) => {
        const again = await driver.create(spec, signal())

        expect(again.spec).toEqual(machine.spec)
        expect(await again.powerState(signal())).toBe('off')
      })
    })

    test('a machine asked for differently is refused, naming what differs', async () => {
      const spec = small({ name: 'differs' })
      await withMachine(spec, under().idleIso, async (_, driver) => {
        const failure = await driver.create({ ...spec, cpus: 2 }, signal()).catch((error: unknown) => error)

        expect(isFailure(failure, 'machine.exists-differently') && failure.message).toContain('cpus')
      })
    })

    test('power on and off are told, and doing either twice does nothing', async () => {
      await withMachine(small({ name: 'power' }), under().idleIso, async (machine) => {
        const seen = await changesUntil(
          machine,
          ({ state, cause }) => state === 'off' && cause === 'asked',
          async () => {
            await machine.power('on', signal())
            await machine.power('on', signal())
            expect(await machine.powerState(signal())).toBe('on')
            await machine.power('off', signal())
            await machine.power('off', signal())
          },
        )

        expect(seen).toEqual([
          { state: 'off', cause: 'unknown' },
          { state: 'on', cause: 'asked' },
          { state: 'off', cause: 'asked' },
        ])
      })
    })

    test('a guest that switches itself off is told from one that is switched off', async () => {
      await withMachine(small({ name: 'shutdown' }), under().powerOffIso, async (machine) => {
        const seen = await changesUntil(
          machine,
          ({ state, cause }) => state === 'off' && cause !== 'unknown',
          () => machine.power('on', signal()),
        )

        expect(seen.at(-1)).toEqual({ state: 'off', cause: 'guest-shutdown' })
        expect(await machine.powerState(signal())).toBe('off')
      })
    })

    test('a guest that resets itself is seen', async () => {
      await withMachine(small({ name: 'reset' }), under().resetIso, async (machine, driver) => {
        if (!driver.can.seeGuestResets) return
        const seen = await changesUntil(
          machine,
          ({ cause }) => cause === 'guest-reset',
          () => machine.power('on', signal()),
        )

        expect(seen.at(-1)).toEqual({ state: 'on', cause: 'guest-reset' })
      })
    })

    test('the CD is only changed while the machine is off', async () => {
      await withMachine(small({ name: 'media' }), under().idleIso, async (machine) => {
        await machine.power('on', signal())

        const failure = await machine.setMedia(undefined, signal()).catch((error: unknown) => error)

        expect(isFailure(failure, 'machine.wrong-state')).toBe(true)
      })
    })

    test('the console can be looked at as a PNG', async () => {
      await withMachine(small({ name: 'screen' }), under().idleIso, async (machine) => {
        await machine.power('on', signal())

        const png = await machine.screenshot(signal())

        expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47])
        expect(png.length).toBeGreaterThan(100)
      })
    })

    test('a machine is found again by a driver that was opened later, and one that is not there is not', async () => {
      await withMachine(small({ name: 'found' }), under().idleIso, async (machine) => {
        await machine.power('on', signal())
        await using later = await under().open()

        const found = await later.find('found', signal())

        expect(found?.spec).toEqual(machine.spec)
        expect(await later.find('nobody', signal())).toBeUndefined()
      })
    })

    test('what is deleted is gone, and deleting it again is no failure', async () => {
      await using driver = await under().open()
      const machine = await driver.create(small({ name: 'gone' }), signal())
      await machine.power('on', signal())

      await driver.delete('gone', signal())
      await driver.delete('gone', signal())

      expect(await driver.find('gone', signal())).toBeUndefined()
    })

    test('types every printable ASCII character so that the guest reads the same', async () => {
      const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
      await withMachine(small({ name: 'typed' }), under().echoIso, async (machine) => {
        await machine.power('on', signal())
        const console = () => under().consoleText(machine)
        // The guest reads as soon as it echoes; until then keys are lost with the firmware.
        await expect
          .poll(() => machine.typeKeys(chordsForText('\n'), 40, signal()).then(console), {
            timeout: 30_000,
            interval: 300,
          })
          .toContain('\r')
        const before = (await console()).length

        await machine.typeKeys(chordsForText(printable), 40, signal())

        await expect
          .poll(async () => (await console()).slice(before).replaceAll('\r', ''), { timeout: 20_000 })
          .toBe(printable)
      })
    })

    test('a name that could lead elsewhere is refused', async () => {
      await using driver = await under().open()

      await expect(driver.find('../x', signal())).rejects.toMatchObject({ code: 'usage.invalid' })
    })
  })
}
