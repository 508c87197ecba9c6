import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { element, type XmlNode } from '../../src/codec/soap/render-xml.ts'
import { childOf, childrenOf, textOf } from '../../src/codec/soap/xml-element.ts'
import { vimCall } from '../../src/codec/vim25/call.ts'
import { makeDirectory } from '../../src/codec/vim25/file-calls.ts'
import { type ManagedObject, referenceNode } from '../../src/codec/vim25/reference.ts'
import { type LabForTest, openLabForTest, refusal } from '../support/lab-for-test.ts'

let opened: LabForTest
let lab: LabForTest['lab']
let client: LabForTest['client']
let datacenter: ManagedObject
let folder: ManagedObject
let create: LabForTest['create']
beforeAll(async () => {
  opened = await openLabForTest()
  ;({ lab, client, datacenter, folder, create } = opened)
})
afterAll(() => opened?.[Symbol.asyncDispose]())
beforeEach(() => lab.log.clear())

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
