import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { element, typedElement, type XmlNode } from '../../src/codec/soap/render-xml.ts'
import { childOf, childrenOf, textOf } from '../../src/codec/soap/xml-element.ts'
import { vimCall } from '../../src/codec/vim25/call.ts'
import { deleteDatastoreFile, makeDirectory, moveDatastoreFile } from '../../src/codec/vim25/file-calls.ts'
import {
  createListView,
  createPropertyCollector,
  createViewFilter,
  decodeUpdateSet,
  modifyListView,
  waitForUpdates,
} from '../../src/codec/vim25/property-calls.ts'
import {
  decodeReturnedReference,
  type ManagedObject,
  readReference,
  referenceNode,
} from '../../src/codec/vim25/reference.ts'
import { logout } from '../../src/codec/vim25/service-calls.ts'
import { cancelTask, TASK_PROPERTIES } from '../../src/codec/vim25/task.ts'
import { putUsbScanCodes, readAcceptedKeys } from '../../src/codec/vim25/usb-scan-codes.ts'
import { type LabClient, openLabClient } from '../lab/vcenter/lab-client.ts'
import { createLabMachine, labCdDrive } from '../lab/vcenter/lab-machine-spec.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'

let lab: LabVcenter
let client: LabClient
let folder: ManagedObject
let pool: ManagedObject
let datacenter: ManagedObject

beforeAll(async () => {
  lab = await openLabVcenter()
  client = await openLabClient(lab)
  await client.login()
  datacenter = await client.find('/DC0')
  folder = await client.find('/DC0/vm')
  pool = await client.find('/DC0/host/DC0_C0/Resources')
})
afterAll(async () => {
  client?.[Symbol.dispose]()
  await lab?.[Symbol.asyncDispose]()
})
beforeEach(() => lab.log.clear())

const refusal = (type: string, properties: object = {}) => ({
  fault: { type, properties: expect.objectContaining(properties) },
})
const create = (name: string) => client.callTask(createLabMachine(folder, pool, { name }))

/** A collector that tells of a task's changes. */
async function watchTask(task: ManagedObject) {
  const { propertyCollector, viewManager } = client.content
  const view = decodeReturnedReference(await client.call(createListView(viewManager)))
  await client.call(modifyListView(view, { add: [task], remove: [] }))
  const collector = decodeReturnedReference(await client.call(createPropertyCollector(propertyCollector)))
  await client.call(createViewFilter(collector, [TASK_PROPERTIES], view))
  let version = ''
  return {
    collector,
    next: async (seconds = 20) => {
      const set = decodeUpdateSet(await client.call(waitForUpdates(collector, version, seconds)))
      version = set?.version ?? version
      return set?.updates[0]?.properties
    },
  }
}

describe('sessions', () => {
  test('a wrong password is refused and noted, the right one opens a session, logging out ends it', async () => {
    using other = await openLabClient(lab)

    await expect(other.login('wrong')).rejects.toMatchObject(refusal('InvalidLogin'))
    expect(lab.log.calls.at(-1)).toMatchObject({ method: 'Login', outcome: 'InvalidLogin' })
    await expect(other.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))

    await other.login()
    expect(await other.find('/DC0')).toEqual(datacenter)
    await other.call(logout(other.content.sessionManager))
    await expect(other.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))
  })

  test('ended ones are refused, for files too, and so is whoever waits for updates', async () => {
    const task = await slowTask(30_000)
    const watch = await watchTask(task)
    await watch.next()
    const waiting = watch.next(600)
    await expect.poll(() => lab.log.calls.at(-1)?.method).toBe('WaitForUpdatesEx')

    lab.endSessions()

    await expect(waiting).rejects.toMatchObject(refusal('NotAuthenticated'))
    await expect(client.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))
    for (const method of ['PUT', 'GET', 'HEAD'] as const)
      expect((await client.file(method, 'a', new Uint8Array(0))).status).toBe(401)
    await client.login()
    await client.call(cancelTask(task))
  })
})

test('a client that is gone no longer waits', async () => {
  const task = await slowTask(60_000)
  const watch = await watchTask(task)
  await watch.next()
  const aborted = new AbortController()
  const waiting = client.call(waitForUpdates(watch.collector, '-', 600), aborted.signal)
  waiting.catch(() => undefined)
  await expect.poll(() => lab.log.calls.at(-1)?.method).toBe('WaitForUpdatesEx')

  aborted.abort()

  await expect.poll(() => lab.log.calls.at(-1)?.outcome).toBeDefined()
  await client.call(cancelTask(task))
})

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

describe('on demand', () => {
  test('a call is refused, a task fails, an answer is no SOAP, or broken, or too large', async () => {
    const fault = { type: 'ConcurrentAccess', message: 'somebody else' }
    lab.fault({ method: 'FindByInventoryPath', nth: 2, kind: 'fault', fault })
    await client.find('/DC0')
    await expect(client.find('/DC0')).rejects.toMatchObject(refusal('ConcurrentAccess'))
    await client.find('/DC0')

    const noSpace = { type: 'NoDiskSpace', properties: { datastore: 'LocalDS_0' } }
    lab.fault({ method: 'CreateVM_Task', kind: 'task-fault', fault: noSpace })
    expect(await create('never')).toMatchObject({
      state: 'error',
      fault: { type: 'NoDiskSpace', properties: { datastore: 'LocalDS_0' } },
    })
    lab.fault({ method: 'FindByInventoryPath', kind: 'status', status: 503 })
    await expect(client.find('/DC0')).rejects.toThrow('503')
    lab.fault({ method: 'FindByInventoryPath', kind: 'malformed' })
    await expect(client.find('/DC0')).rejects.toMatchObject({ code: 'packet.malformed' })
    lab.fault({ method: 'FindByInventoryPath', kind: 'huge', bytes: 50_000_000 })
    await expect(client.find('/DC0')).rejects.toMatchObject({ code: 'packet.malformed' })
    expect((await lab.machines()).map(({ name }) => name)).not.toContain('never')
  })

  test('a connection is cut before or after a call took effect', async () => {
    lab.fault({ method: 'CreateVM_Task', kind: 'reset-before' })
    lab.fault({ method: 'CreateVM_Task', nth: 2, kind: 'reset-after' })

    await expect(create('cut-before')).rejects.toThrow()
    await expect(create('cut-after')).rejects.toThrow()

    const names = (await lab.machines()).map(({ name }) => name)
    expect(names).not.toContain('cut-before')
    expect(names).toContain('cut-after')
    expect(lab.log.calls.filter(({ outcome }) => outcome === 'dropped')).toHaveLength(2)
  })

  test('a request is held before or after it took effect, and then released or dropped', async () => {
    const before = lab.hold((call) => call.method === 'CreateVM_Task', 'before')
    const dropped = create('held')
    dropped.catch(() => undefined)
    expect(await before.held).toMatchObject({ method: 'CreateVM_Task' })
    before.drop()
    await expect(dropped).rejects.toThrow()
    expect((await lab.machines()).map(({ name }) => name)).not.toContain('held')

    const after = lab.hold(1, 'after')
    const made = create('held')
    await after.held
    expect((await lab.machines()).map(({ name }) => name)).toContain('held')
    after.release()
    expect(await made).toMatchObject({ state: 'success' })
  })

  test('a task takes its time, tells its progress, and can be cancelled', async () => {
    const watch = await watchTask(await slowTask(800, [25, 75]))
    const seen: (string | undefined)[] = []
    while (seen.at(-1) !== 'success') {
      const properties = await watch.next()
      seen.push(properties?.get('info.progress')?.text, properties?.get('info.state')?.text)
    }
    expect(seen).toContain('75')

    const task = await slowTask(60_000)
    await client.call(cancelTask(task))
    await expect
      .poll(() => client.taskState(task))
      .toMatchObject({ state: 'error', fault: { type: 'RequestCanceled' } })
    await expect(client.call(cancelTask(task))).rejects.toMatchObject(refusal('InvalidState'))
  })

  test('the server restarts: everybody is cut and has to log in again, the inventory is the same', async () => {
    const before = await lab.machines()
    const hold = lab.hold(1, 'before')
    const cut = client.find('/DC0')
    cut.catch(() => undefined)
    await hold.held

    await lab.stopListening()

    await expect(cut).rejects.toThrow()
    await expect(client.find('/DC0')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await lab.startListening()
    await expect(client.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))
    await client.login()
    expect(await lab.machines()).toEqual(before)
    hold.drop()
  })

  test('calls in flight are counted', async () => {
    lab.fault({ method: 'FindByInventoryPath', kind: 'delay', ms: 100, times: 5 })

    await Promise.all(Array.from({ length: 5 }, () => client.find('/DC0')))

    expect(lab.log.maxInFlight()).toBe(5)
  })
})

describe('privileges', () => {
  afterEach(() => lab.privileges.allowAll())
  const held = async (...ids: string[]) => {
    const privileges = ids.map((id) => element('privId', id))
    const { authorizationManager = folder } = client.content
    const answer = await client.call(
      vimCall(
        'HasPrivilegeOnEntities',
        authorizationManager,
        referenceNode('entity', folder),
        element('sessionId', 'x'),
        ...privileges,
      ),
    )
    return childrenOf(childOf(answer, 'returnval'), 'privAvailability').map((one) => [
      textOf(one, 'privId'),
      textOf(one, 'isGranted'),
    ])
  }

  test('are all there at first, and refused by name when one is missing', async () => {
    expect(await held('System.Read', 'VirtualMachine.Inventory.Create')).toEqual([
      ['System.Read', 'true'],
      ['VirtualMachine.Inventory.Create', 'true'],
    ])
    lab.privileges.deny('Network.Assign', 'Datastore.FileManagement')

    expect(await held('Network.Assign', 'System.Read')).toEqual([
      ['Network.Assign', 'false'],
      ['System.Read', 'true'],
    ])
    await expect(create('denied')).rejects.toMatchObject(
      refusal('NoPermission', { privilegeId: 'Network.Assign' }),
    )
    expect((await client.file('PUT', 'c.iso', randomBytes(10))).status).toBe(403)
    const directory = makeDirectory(
      client.content.fileManager,
      { datacenter, path: '[LocalDS_0] other' },
      true,
    )
    await expect(client.call(directory)).rejects.toMatchObject(
      refusal('NoPermission', { privilegeId: 'Datastore.FileManagement', object: lab.datastores[0]?.id }),
    )
  })

  test('that a change of a machine needs depend on what is changed', async () => {
    const { reference } = await lab.addForeignMachine('changed')
    const change = (content: XmlNode) =>
      client.callTask(vimCall('ReconfigVM_Task', reference, element('spec', [content])))
    lab.privileges.allowOnly('VirtualMachine.Config.CPUCount')

    expect(await change(element('numCPUs', 2))).toMatchObject({ state: 'success' })
    await expect(change(element('memoryMB', 64))).rejects.toMatchObject(
      refusal('NoPermission', { privilegeId: 'VirtualMachine.Config.Memory' }),
    )
    for (const method of ['PowerOnVM_Task', 'Destroy_Task', 'PutUsbScanCodes', 'CreateScreenshot_Task'])
      await expect(client.call(vimCall(method, reference))).rejects.toMatchObject(refusal('NoPermission'))
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

async function slowTask(delayMs: number, progress: readonly number[] = []): Promise<ManagedObject> {
  lab.fault({ method: 'Rename_Task', kind: 'slow-task', delayMs, progress })
  return decodeReturnedReference(await client.call(vimCall('Rename_Task', folder, element('newName', 'vm'))))
}
