import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NEEDED_PRIVILEGES } from '../../src/adapters/hypervisor-vsphere/doctor/privileges.ts'
import { isFailure } from '../../src/domain/failure.ts'
import { CTRL_B } from '../../src/domain/us-keyboard.ts'
import type { Machine, MachineDriver } from '../../src/ports/machine-driver.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { aVsphereSpec, openDriverOn } from '../support/vsphere-driver.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-privileges-'))
const isoPath = join(directory, 'boot.iso')
writeFileSync(isoPath, Buffer.alloc(300_000, 'iso'))
/** One that is on no datastore yet. */
const newIso = (): string => {
  const path = join(directory, 'new.iso')
  writeFileSync(path, Buffer.alloc(1000, 'new'))
  return path
}
const signal = () => AbortSignal.timeout(30_000)
/** The whole role, and nothing else. */
const ROLE = NEEDED_PRIVILEGES.map(({ id }) => id)
let lab: LabVcenter
let driver: MachineDriver

beforeAll(async () => {
  lab = await openLabVcenter()
})
beforeEach(async () => {
  lab.privileges.allowOnly(...ROLE)
  driver = await openDriverOn(lab.environment, { directory })
})
afterEach(async () => {
  lab.privileges.allowAll()
  await driver.delete('edge-1', signal())
  await driver[Symbol.asyncDispose]()
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

const create = () => driver.create(aVsphereSpec(), signal())

test('the least role is enough for the whole life of a machine', async () => {
  const machine = await create()
  await machine.setMedia(isoPath, signal())
  await machine.power('on', signal())
  await machine.typeKeys([CTRL_B], 1, signal())
  expect((await machine.screenshot(signal())).length).toBeGreaterThan(50)
  await machine.power('reset', signal())
  await machine.power('off', signal())
  await machine.setMedia(undefined, signal())
  await machine.power('on', signal())
  await driver.delete('edge-1', signal())

  expect(await lab.machines()).toEqual([])
})

test('the guide publishes that role and no other', () => {
  const guide = readFileSync(new URL('../../docs/guide/vsphere.md', import.meta.url), 'utf8')
  const table = /\| privilege.*?\n\n/s.exec(guide)?.[0] ?? ''
  const named: string[] = []
  for (const [, id = ''] of table.matchAll(/`([A-Z.][A-Za-z.]+)`/g))
    named.push(id.startsWith('.') ? `${named.at(-1)?.replace(/\.\w+$/, '')}${id}` : id)

  expect(named.toSorted()).toEqual(ROLE.toSorted())
})

describe('what cannot be done without one privilege says which', () => {
  const switchedOn = async (): Promise<Machine> => {
    const machine = await create()
    await machine.power('on', signal())
    return machine
  }
  const making = [
    'VirtualMachine.Inventory.Create',
    'VirtualMachine.Config.AddNewDisk',
    'VirtualMachine.Config.AddRemoveDevice',
    'VirtualMachine.Config.AdvancedConfig',
    'Resource.AssignVMToPool',
    'Datastore.AllocateSpace',
    'Network.Assign',
  ].map((privilege) => [privilege, async () => create] as const)
  const changingTheDrive = [
    'VirtualMachine.Config.EditDevice',
    'VirtualMachine.Config.Settings',
    'VirtualMachine.Interact.SetCDMedia',
    'VirtualMachine.Interact.DeviceConnection',
  ].map((privilege) => [privilege, async () => inserting(await create())] as const)
  const steps: readonly (readonly [privilege: string, prepare: () => Promise<() => Promise<unknown>>])[] = [
    ...making,
    ...changingTheDrive,
    ['Datastore.FileManagement', async () => inserting(await create(), newIso())],
    ['Datastore.Browse', async () => inserting(await create())],
    ['VirtualMachine.Interact.PowerOn', async () => powering(await create(), 'on')],
    ['VirtualMachine.Interact.PowerOff', async () => powering(await switchedOn(), 'off')],
    ['VirtualMachine.Interact.Reset', async () => powering(await switchedOn(), 'reset')],
    ['VirtualMachine.Interact.PutUsbScanCodes', async () => typing(await switchedOn())],
    ['VirtualMachine.Interact.CreateScreenshot', async () => looking(await switchedOn())],
    ['VirtualMachine.Inventory.Delete', async () => removing(await create())],
  ]

  test.each(steps)('%s', async (privilege, prepare) => {
    const act = await prepare()
    lab.privileges.deny(privilege)

    const failure = await act().catch((error: unknown) => error)

    expect(failure).toMatchObject({ code: 'driver.forbidden' })
    expect(isFailure(failure) && failure.message).toContain(privilege)
  })

  test('and nothing is in the role that no step needs', () => {
    // Every role has these, and a server takes them from nobody who may log in.
    const always = ['System.Anonymous', 'System.Read', 'System.View']

    expect([...always, ...steps.map(([privilege]) => privilege)].toSorted()).toEqual(ROLE.toSorted())
  })

  const inserting =
    (machine: Machine, path = isoPath) =>
    () =>
      machine.setMedia(path, signal())
  const powering = (machine: Machine, action: 'on' | 'off' | 'reset') => () => machine.power(action, signal())
  const typing = (machine: Machine) => () => machine.typeKeys([CTRL_B], 1, signal())
  const looking = (machine: Machine) => () => machine.screenshot(signal())
  const removing = (machine: Machine) => () => driver.delete(machine.name, signal())
})
