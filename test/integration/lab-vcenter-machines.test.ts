import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { vimCall } from '../../src/codec/vim25/call.ts'
import { deleteDatastoreFile } from '../../src/codec/vim25/file-calls.ts'
import { type ManagedObject, readReference } from '../../src/codec/vim25/reference.ts'
import { putUsbScanCodes, readAcceptedKeys } from '../../src/codec/vim25/usb-scan-codes.ts'
import { chordsForText } from '../../src/domain/us-keyboard.ts'
import { type LabClient, openLabClient } from '../lab/vcenter/lab-client.ts'
import { createLabMachine, type LabMachineSpec } from '../lab/vcenter/lab-machine-spec.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { bootSectorIso } from '../support/boot-sector.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-lab-test-'))
let lab: LabVcenter
let client: LabClient
let folder: ManagedObject
let pool: ManagedObject

beforeAll(async () => {
  lab = await openLabVcenter({ machines: 'qemu' })
  client = await openLabClient(lab)
  await client.login()
  folder = await client.find('/DC0/vm')
  pool = await client.find('/DC0/host/DC0_C0/Resources')
  for (const name of ['powerOff', 'echo', 'idle'] as const)
    await client.file('PUT', `${name}.iso`, readFileSync(bootSectorIso(directory, name)))
})
afterAll(async () => {
  client?.[Symbol.dispose]()
  await lab?.[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(() => {
  lab.privileges.allowAll()
  lab.keyTrouble()
})

async function make(spec: LabMachineSpec): Promise<ManagedObject> {
  const state = await client.callTask(createLabMachine(folder, pool, spec))
  const machine = state.state === 'success' ? readReference(state.result) : undefined
  expect(machine, JSON.stringify(state)).toBeDefined()
  return machine ?? folder
}

const power = (machine: ManagedObject, method: string) => client.callTask(vimCall(method, machine))
const type = async (machine: ManagedObject, text: string) =>
  readAcceptedKeys(await client.call(putUsbScanCodes(machine, chordsForText(text))))

describe('power', () => {
  test('switching on starts the machine with its ISO; off again by itself, it is off in the inventory', async () => {
    const machine = await make({ name: 'shut', iso: '[LocalDS_0] powerOff.iso' })

    expect(await power(machine, 'PowerOnVM_Task')).toMatchObject({ state: 'success' })

    await expect
      .poll(async () => (await lab.machine('shut')).powerState, { timeout: 30_000 })
      .toBe('poweredOff')
    expect(await power(machine, 'PowerOffVM_Task')).toMatchObject({ fault: { type: 'InvalidPowerState' } })
    expect(await power(machine, 'ResetVM_Task')).toMatchObject({ fault: { type: 'InvalidPowerState' } })
    expect(await power(machine, 'Destroy_Task')).toMatchObject({ state: 'success' })
  })
})

describe('the console', () => {
  test('has keys reach the guest, and shows what it sees', async () => {
    const machine = await make({ name: 'typed', iso: '[LocalDS_0] echo.iso' })
    await expect(type(machine, 'a')).rejects.toMatchObject({ fault: { type: 'InvalidPowerState' } })
    await power(machine, 'PowerOnVM_Task')
    const serial = async () => readFileSync(await lab.consoleLog('typed'), 'latin1')
    // The guest reads as soon as it echoes; until then keys are lost with the firmware.
    await expect
      .poll(() => type(machine, '\n').then(serial), { timeout: 30_000, interval: 300 })
      .toContain('\r')
    const before = (await serial()).length

    expect(await type(machine, 'Edge-1 ~"{}|')).toBe(12)

    const typed = async () => (await serial()).slice(before).replaceAll('\r', '')
    await expect.poll(typed, { timeout: 20_000 }).toBe('Edge-1 ~"{}|')

    lab.keyTrouble({ kind: 'take-first', events: 2 })
    expect(await type(machine, 'xyz')).toBe(2)
    lab.keyTrouble({ kind: 'refuse', every: 2 })
    expect(await type(machine, 'xyz')).toBe(2)
    lab.keyTrouble({ kind: 'lose', every: 2 })
    expect(await type(machine, 'xyz')).toBe(3)
    await expect.poll(typed, { timeout: 20_000 }).toBe('Edge-1 ~"{}|xyxzxz')

    const shot = await client.callTask(vimCall('CreateScreenshot_Task', machine))
    expect(shot).toMatchObject({ state: 'success', result: { text: '[LocalDS_0] typed/typed-0.png' } })
    const png = await client.file('GET', 'typed/typed-0.png')
    expect(png.body.subarray(1, 4).toString()).toBe('PNG')

    const datacenter = await client.find('/DC0')
    const inUse = { datacenter, path: '[LocalDS_0] echo.iso' }
    expect(await client.callTask(deleteDatastoreFile(client.content.fileManager, inUse))).toMatchObject({
      fault: { type: 'CannotDeleteFile' },
    })
    expect(await power(machine, 'ResetVM_Task')).toMatchObject({ state: 'success' })
    expect(await lab.machine('typed')).toMatchObject({ powerState: 'poweredOn' })
    expect(await power(machine, 'PowerOffVM_Task')).toMatchObject({ state: 'success' })
    expect(await client.callTask(vimCall('CreateScreenshot_Task', machine))).toMatchObject({
      fault: { type: 'InvalidPowerState' },
    })
    await power(machine, 'Destroy_Task')
  })
})
