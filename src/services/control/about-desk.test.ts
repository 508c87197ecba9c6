import { expect, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { Failure } from '../../domain/failure.ts'
import type { MachineDriver, MachineDrivers } from '../../ports/machine-driver.ts'
import { createAboutDesk } from './about-desk.ts'

function aDesk(describers: Readonly<Record<string, () => Promise<string>>>) {
  const clock = createFakeClock()
  const asked: string[] = []
  const drivers: MachineDrivers = {
    kinds: Object.keys(describers) as MachineDriver['kind'][],
    of: (kind) => {
      const describe = describers[kind]
      if (!describe) throw new Failure('driver.unknown', 'there is none')
      const tell = async () => {
        asked.push(kind)
        return await describe()
      }
      return { describe: tell } as unknown as MachineDriver
    },
  }
  const desk = createAboutDesk({
    version: '1.2.3',
    bootScriptUrl: () => 'http://192.0.2.1:8080/boot.ipxe',
    drivers,
    clock,
    signal: new AbortController().signal,
  })
  return { asked, clock, desk }
}

test('the server says by which address hosts reach it', async () => {
  const { desk } = aDesk({})

  expect(await desk.about()).toEqual({
    version: '1.2.3',
    bootUrl: 'http://192.0.2.1:8080',
    bootScriptUrl: 'http://192.0.2.1:8080/boot.ipxe',
    drivers: [],
    services: [],
  })
})

test('a driver that fails is not usable and says why, without the password in an address', async () => {
  const { desk } = aDesk({
    qemu: async () => 'QEMU 7.2.0 with KVM',
    vsphere: async () => {
      throw new Failure('driver.login-refused', 'https://root:hunter2@vcenter/sdk refused')
    },
  })

  expect((await desk.about()).drivers).toEqual([
    { kind: 'qemu', usable: true, detail: 'QEMU 7.2.0 with KVM' },
    { kind: 'vsphere', usable: false, detail: 'https://root:***@vcenter/sdk refused' },
  ])
})

test('a driver that never answers keeps nobody waiting', async () => {
  const { desk } = aDesk({ vsphere: () => new Promise(() => undefined) })

  expect((await desk.about()).drivers).toEqual([
    { kind: 'vsphere', usable: false, detail: 'it has not answered within 10 s' },
  ])
})

test('however many ask, a driver is asked once a minute', async () => {
  const { asked, clock, desk } = aDesk({ qemu: async () => 'QEMU' })

  await Promise.all([desk.about(), desk.about()])
  clock.advance(59_999)
  await desk.about()
  expect(asked).toEqual(['qemu'])
  clock.advance(1)
  await desk.about()

  expect(asked).toEqual(['qemu', 'qemu'])
})
