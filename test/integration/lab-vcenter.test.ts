import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { element, typedElement } from '../../src/codec/soap/render-xml.ts'
import { vimCall } from '../../src/codec/vim25/call.ts'
import { deleteDatastoreFile, makeDirectory, moveDatastoreFile } from '../../src/codec/vim25/file-calls.ts'
import { type ManagedObject, readReference } from '../../src/codec/vim25/reference.ts'
import { putUsbScanCodes, readAcceptedKeys } from '../../src/codec/vim25/usb-scan-codes.ts'
import { openLabClient } from '../lab/vcenter/lab-client.ts'
import { createLabMachine, labCdDrive } from '../lab/vcenter/lab-machine-spec.ts'
import { openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { type LabForTest, openLabForTest, refusal } from '../support/lab-for-test.ts'

let opened: LabForTest
let lab: LabForTest['lab']
let client: LabForTest['client']
let datacenter: ManagedObject
let folder: ManagedObject
let pool: ManagedObject
let create: LabForTest['create']
beforeAll(async () => {
  opened = await openLabForTest()
  ;({ lab, client, datacenter, folder, pool, create } = opened)
})
afterAll(() => opened?.[Symbol.asyncDispose]())
beforeEach(() => lab.log.clear())

describe('machines', () => {
  test('are made of the spec and read back', async () => {
    const state = await create('first')

    expect(state).toMatchObject({ state: 'success' })
    expect(await lab.machine('first')).toMatchObject({
      name: 'first',
      powerState: 'poweredOff',
      mac: expect.stringMatching(/^00:50:56:/),
      extraConfig: expect.objectContaining({ 'edgeboot.lab': 'yes' }),
      disks: [64 / 1024],
      memoryMiB: 128,
      firmware: 'bios',
      guestId: 'otherLinux64Guest',
    })
  })

  test('never share a name within a folder, also when both are made at once', async () => {
    const states = await Promise.all([create('twin'), create('twin'), create('twin')])

    expect(states.filter(({ state }) => state === 'success')).toHaveLength(1)
    for (const state of states)
      if (state.state !== 'success')
        expect(state).toMatchObject({ fault: { type: 'DuplicateName', properties: { name: 'twin' } } })
    expect((await lab.machines()).filter(({ name }) => name === 'twin')).toHaveLength(1)
  })

  test('are searched for while others are made', async () => {
    const made = Array.from({ length: 8 }, (_, index) => create(`many-${index}`))
    const searched = Array.from({ length: 8 }, () => client.find('/DC0/vm'))

    expect(new Set((await Promise.all(made)).map(({ state }) => state))).toEqual(new Set(['success']))
    expect(new Set((await Promise.all(searched)).map(({ id }) => id))).toEqual(new Set([folder.id]))
    const macs = (await lab.machines()).map(({ mac }) => mac)
    expect(new Set(macs).size).toBe(macs.length)
  })

  test('have their drive changed without a description of it', async () => {
    const state = await client.callTask(
      createLabMachine(folder, pool, { name: 'drive', iso: '[LocalDS_0] a.iso', startConnected: true }),
    )
    const machine = state.state === 'success' ? readReference(state.result) : undefined
    const { cd } = await lab.machine('drive')
    const change = typedElement('deviceChange', 'VirtualDeviceConfigSpec', [
      element('operation', 'edit'),
      labCdDrive('[LocalDS_0] b.iso', false, cd),
    ])

    const changed = await client.callTask(
      vimCall('ReconfigVM_Task', machine ?? folder, element('spec', [change])),
    )

    expect(changed).toMatchObject({ state: 'success' })
    expect((await lab.machine('drive')).cd).toMatchObject({ iso: '[LocalDS_0] b.iso', startConnected: false })
  })

  test('of others are there too', async () => {
    await lab.addForeignMachine('theirs', { annotation: 'hands off', extraConfig: { a: 'b' } })

    expect(await lab.machine('theirs')).toMatchObject({
      annotation: 'hands off',
      extraConfig: expect.objectContaining({ a: 'b' }),
    })
    expect(await create('theirs')).toMatchObject({ fault: { type: 'DuplicateName' } })
  })
})

describe('files', () => {
  test('are uploaded into folders that exist, told about, and read', async () => {
    const bytes = randomBytes(3_000_000)
    expect((await client.file('PUT', 'edgeboot/a.iso', bytes)).status).toBe(404)
    const directory = makeDirectory(
      client.content.fileManager,
      { datacenter, path: '[LocalDS_0] edgeboot' },
      true,
    )
    await client.call(directory)
    await expect(client.call(directory)).rejects.toMatchObject(refusal('FileAlreadyExists'))

    expect((await client.file('PUT', 'edgeboot/a.iso', bytes)).status).toBe(200)

    expect(lab.log.uploads.at(-1)).toMatchObject({ path: 'edgeboot/a.iso', bytes: 3_000_000, complete: true })
    expect(lab.files('LocalDS_0')).toContainEqual({ path: 'edgeboot/a.iso', bytes: 3_000_000 })
    expect(await client.file('HEAD', 'edgeboot/a.iso')).toMatchObject({ status: 200, length: 3_000_000 })
    expect((await client.file('GET', 'edgeboot/a.iso')).body.equals(bytes)).toBe(true)
    expect((await client.file('HEAD', 'edgeboot/c.iso')).status).toBe(404)
    await client.file('PUT', 'edgeboot/b.iso', bytes)
    const from = { datacenter, path: '[LocalDS_0] edgeboot/b.iso' }
    const path = '[LocalDS_0] edgeboot/a.iso'
    const taken = moveDatastoreFile(client.content.fileManager, from, { datacenter, path })
    expect(await client.callTask(taken)).toMatchObject({ fault: { type: 'FileAlreadyExists' } })
    await client.callTask(deleteDatastoreFile(client.content.fileManager, { datacenter, path }))
    expect(lab.files('LocalDS_0').map((file) => file.path)).not.toContain('edgeboot/a.iso')
  })

  test('find no room in a full datastore, nor do machines', async () => {
    await lab.fillDatastore('LocalDS_0')
    expect((await client.file('PUT', 'b.iso', randomBytes(100_000))).status).toBe(507)
    expect(await create('large')).toMatchObject({ fault: { type: 'NoDiskSpace' } })

    await lab.fillDatastore('LocalDS_0', { cutAfterBytes: 100_000 })
    await expect(client.file('PUT', 'b.iso', randomBytes(5_000_000))).rejects.toThrow()
    expect(lab.log.uploads.at(-1)).toMatchObject({ path: 'b.iso', complete: false })

    await lab.makeRoom('LocalDS_0')
    expect((await client.file('PUT', 'b.iso', randomBytes(100_000))).status).toBe(200)
  })
})

test('without real machines power, keys, screenshots and addresses are there too', async () => {
  const { reference } = await lab.addForeignMachine('pretended')
  expect(await client.callTask(vimCall('PowerOnVM_Task', reference))).toMatchObject({ state: 'success' })

  const accepted = await client.call(putUsbScanCodes(reference, [['ctrl', 'b'], ['ret']]))
  expect(readAcceptedKeys(accepted)).toBe(2)
  expect(await lab.typed('pretended')).toEqual([['ctrl', 'b'], ['ret']])
  const shot = await client.callTask(vimCall('CreateScreenshot_Task', reference))
  expect(shot).toMatchObject({ state: 'success', result: { text: '[LocalDS_0] pretended/pretended-0.png' } })
  await lab.setGuestAddress('pretended', '192.0.2.7')
  expect(await lab.machine('pretended')).toMatchObject({ ipAddress: '192.0.2.7', powerState: 'poweredOn' })
})

test('datastores of one name in two data centres are two', async () => {
  await using two = await openLabVcenter({ datacenters: 2 })
  using other = await openLabClient(two, { datacenter: 'DC1', datastore: 'LocalDS_0' })
  await other.login()
  const { fileManager } = other.content
  const second = await other.find('/DC1')
  await other.call(makeDirectory(fileManager, { datacenter: second, path: '[LocalDS_0] edgeboot' }, true))
  await other.call(
    makeDirectory(fileManager, { datacenter: await other.find('/DC0'), path: '[LocalDS_0] edgeboot' }, true),
  )

  expect((await other.file('PUT', 'edgeboot/a.iso', randomBytes(10))).status).toBe(200)

  expect(two.files('LocalDS_0', 'DC1')).toEqual([{ path: 'edgeboot/a.iso', bytes: 10 }])
  expect(two.files('LocalDS_0', 'DC0')).toEqual([])
})

test('a single host is simulated too', async () => {
  await using esx = await openLabVcenter({ model: 'esx' })
  using other = await openLabClient(esx)
  await other.login()

  expect(other.content.standalone).toBe(true)
  await other.find('/ha-datacenter/datastore/LocalDS_0')
  expect(await esx.addForeignMachine('theirs')).toMatchObject({ name: 'theirs' })
})
