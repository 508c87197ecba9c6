import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { decodeEnvelope } from '../soap/envelope.ts'
import { parseXml } from '../soap/parse-xml.ts'
import type { XmlElement } from '../soap/xml-element.ts'
import { renderVimCall, SOAP_ACTION, type VimCall } from './call.ts'
import { faultOfAnswer, faultOfTask, isRefusal, VimRefusal } from './fault.ts'
import { deleteDatastoreFile, makeDirectory, moveDatastoreFile } from './file-calls.ts'
import {
  continueRetrieve,
  createContainerView,
  createListView,
  createPropertyCollector,
  createViewFilter,
  decodeRetrieved,
  decodeUpdateSet,
  destroyPropertyCollector,
  destroyView,
  modifyListView,
  readUnresolved,
  retrieveProperties,
  retrieveView,
  waitForUpdates,
} from './property-calls.ts'
import { decodeReturnedReference, type ManagedObject, readReferences, referenceKey } from './reference.ts'
import {
  decodeServiceContent,
  findByInstanceUuid,
  findByInventoryPath,
  findChild,
  login,
  logout,
  readFound,
  retrieveServiceContent,
} from './service-calls.ts'
import { cancelTask, readTaskState, TASK_PROPERTIES } from './task.ts'
import { putUsbScanCodes, readAcceptedKeys } from './usb-scan-codes.ts'

const part = (type: string, id = type): ManagedObject => ({ type, id })
const vm = part('VirtualMachine', 'vm-42')
const collector = part('PropertyCollector')
const answer = (inside: string): XmlElement => parseXml(`<r xmlns="urn:vim25" ${XSI}>${inside}</r>`)
const XSI = 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance"'

/** What stands in the body of the request, without the call's own namespace. */
function body(call: VimCall): string {
  const inside = /<soapenv:Body>(.*)<\/soapenv:Body>/s.exec(renderVimCall(call))?.[1] ?? ''
  return inside.replace(' xmlns="urn:vim25"', '')
}

describe('calls name their arguments in the order of the API', () => {
  const dc = part('Datacenter', 'dc-1')
  const file = { datacenter: dc, path: '[ds] edgeboot/a.iso' }
  const dcNode = (name: string) => `<${name} type="Datacenter">dc-1</${name}>`
  test.each<[VimCall, string]>([
    [
      retrieveServiceContent,
      '<RetrieveServiceContent><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent>',
    ],
    [
      login(part('SessionManager'), 'a&b', 'p<w'),
      '<Login><_this type="SessionManager">SessionManager</_this><userName>a&amp;b</userName><password>p&lt;w</password></Login>',
    ],
    [logout(part('S')), '<Logout><_this type="S">S</_this></Logout>'],
    [
      findByInventoryPath(part('SI'), '/DC0/vm'),
      '<FindByInventoryPath><_this type="SI">SI</_this><inventoryPath>/DC0/vm</inventoryPath></FindByInventoryPath>',
    ],
    [
      findChild(part('SI'), dc, 'vm'),
      `<FindChild><_this type="SI">SI</_this>${dcNode('entity')}<name>vm</name></FindChild>`,
    ],
    [
      findByInstanceUuid(part('SI'), 'u'),
      '<FindByUuid><_this type="SI">SI</_this><uuid>u</uuid><vmSearch>true</vmSearch><instanceUuid>true</instanceUuid></FindByUuid>',
    ],
    [
      makeDirectory(part('FM'), file, true),
      `<MakeDirectory><_this type="FM">FM</_this><name>[ds] edgeboot/a.iso</name>${dcNode('datacenter')}<createParentDirectories>true</createParentDirectories></MakeDirectory>`,
    ],
    [
      moveDatastoreFile(part('FM'), file, { ...file, path: '[ds] b' }),
      `<MoveDatastoreFile_Task><_this type="FM">FM</_this><sourceName>[ds] edgeboot/a.iso</sourceName>${dcNode('sourceDatacenter')}<destinationName>[ds] b</destinationName>${dcNode('destinationDatacenter')}<force>false</force></MoveDatastoreFile_Task>`,
    ],
    [
      deleteDatastoreFile(part('FM'), file),
      `<DeleteDatastoreFile_Task><_this type="FM">FM</_this><name>[ds] edgeboot/a.iso</name>${dcNode('datacenter')}</DeleteDatastoreFile_Task>`,
    ],
    [
      retrieveProperties(collector, [{ type: 'VirtualMachine', paths: ['name'] }], [vm]),
      '<RetrievePropertiesEx><_this type="PropertyCollector">PropertyCollector</_this><specSet><propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet><objectSet><obj type="VirtualMachine">vm-42</obj></objectSet></specSet><options></options></RetrievePropertiesEx>',
    ],
    [
      continueRetrieve(collector, '7'),
      '<ContinueRetrievePropertiesEx><_this type="PropertyCollector">PropertyCollector</_this><token>7</token></ContinueRetrievePropertiesEx>',
    ],
    [
      createContainerView(part('VM'), dc, ['Datastore', 'Network']),
      `<CreateContainerView><_this type="VM">VM</_this>${dcNode('container')}<type>Datastore</type><type>Network</type><recursive>true</recursive></CreateContainerView>`,
    ],
    [createListView(part('VM')), '<CreateListView><_this type="VM">VM</_this></CreateListView>'],
    [
      modifyListView(part('LV'), { add: [vm], remove: [dc] }),
      `<ModifyListView><_this type="LV">LV</_this><add type="VirtualMachine">vm-42</add>${dcNode('remove')}</ModifyListView>`,
    ],
    [destroyView(part('V')), '<DestroyView><_this type="V">V</_this></DestroyView>'],
    [
      createPropertyCollector(part('C')),
      '<CreatePropertyCollector><_this type="C">C</_this></CreatePropertyCollector>',
    ],
    [
      destroyPropertyCollector(part('C')),
      '<DestroyPropertyCollector><_this type="C">C</_this></DestroyPropertyCollector>',
    ],
    [
      waitForUpdates(part('C'), '3', 30),
      '<WaitForUpdatesEx><_this type="C">C</_this><version>3</version><options><maxWaitSeconds>30</maxWaitSeconds></options></WaitForUpdatesEx>',
    ],
    [cancelTask(part('Task', 't')), '<CancelTask><_this type="Task">t</_this></CancelTask>'],
  ])('$method', (call, expected) => {
    expect(body(call)).toBe(expected)
  })

  test('the objects of a view are reached through it, the view left out', () => {
    const view = part('ListView', 'v')
    const through =
      '<objectSet><obj type="ListView">v</obj><skip>true</skip><selectSet xsi:type="TraversalSpec"><type>ListView</type><path>view</path><skip>false</skip></selectSet></objectSet>'

    expect(body(retrieveView(collector, [TASK_PROPERTIES], view))).toContain(through)
    expect(body(createViewFilter(collector, [TASK_PROPERTIES], view))).toContain(through)
    expect(SOAP_ACTION).toBe('urn:vim25/6.5')
  })
})

describe('answers', () => {
  test('say what the server is and where its parts are', () => {
    const names = [
      'rootFolder',
      'sessionManager',
      'propertyCollector',
      'viewManager',
      'searchIndex',
      'fileManager',
    ]
    const parts = names.map((name) => `<${name} type="T">${name}-1</${name}>`).join('')
    const about =
      '<about><name>x</name><fullName>VMware vCenter Server 8</fullName><version>8.0.2</version><apiType>VirtualCenter</apiType></about>'

    const content = decodeServiceContent(answer(`<returnval>${about}${parts}</returnval>`))

    expect(content).toMatchObject({
      fullName: 'VMware vCenter Server 8',
      version: '8.0.2',
      standalone: false,
      fileManager: { type: 'T', id: 'fileManager-1' },
      authorizationManager: undefined,
    })
    expect(() => decodeServiceContent(answer('<returnval/>'))).toThrow('no reference')
  })

  test('have references whose ids may hold anything', () => {
    const found = answer('<returnval type="Datastore">/tmp/a b/[x]@1</returnval>')

    expect(readFound(found)).toEqual({ type: 'Datastore', id: '/tmp/a b/[x]@1' })
    expect(decodeReturnedReference(found)).toEqual(readFound(found))
    expect(readFound(answer(''))).toBeUndefined()
    expect(referenceKey(part('A', '1'))).not.toBe(referenceKey(part('B', '1')))
  })

  test('bring properties page by page', () => {
    const page = answer(
      '<returnval><token>next</token><objects><obj type="VirtualMachine">vm-42</obj>' +
        '<propSet><name>name</name><val>edge-1</val></propSet>' +
        '<propSet><name>datastore</name><val><ManagedObjectReference type="Datastore">ds-1</ManagedObjectReference></val></propSet>' +
        '</objects></returnval>',
    )

    const { objects, token } = decodeRetrieved(page)

    expect(token).toBe('next')
    expect(objects[0]?.object).toEqual(vm)
    expect(objects[0]?.properties.get('name')?.text).toBe('edge-1')
    expect(readReferences(objects[0]?.properties.get('datastore'))).toEqual([part('Datastore', 'ds-1')])
    expect(decodeRetrieved(answer(''))).toEqual({ objects: [], token: undefined })
  })

  test('tell what changed, and that something is gone', () => {
    const set = decodeUpdateSet(
      answer(
        '<returnval><version>4</version><filterSet>' +
          '<objectSet><kind>modify</kind><obj type="Task">t-1</obj><changeSet><name>info.state</name><val>success</val></changeSet><changeSet><name>info.progress</name><op>assign</op></changeSet></objectSet>' +
          '<objectSet><kind>enter</kind><obj type="Task">t-3</obj></objectSet>' +
          '<objectSet><kind>leave</kind><obj type="Task">t-2</obj></objectSet></filterSet></returnval>',
      ),
    )

    expect(set).toMatchObject({ version: '4', truncated: false })
    expect(set?.updates.map(({ object, present, isNew }) => [object.id, present, isNew])).toEqual([
      ['t-1', true, false],
      ['t-3', true, true],
      ['t-2', false, false],
    ])
    expect(set?.updates[0]?.unset).toEqual(['info.progress'])
    expect(readTaskState(set?.updates[0]?.properties ?? new Map())).toMatchObject({ state: 'success' })
    expect(decodeUpdateSet(answer(''))).toBeUndefined()
  })

  test('name what could not be put into a view', () => {
    const unresolved = answer('<returnval type="Task">t-1</returnval><returnval type="Task">t-2</returnval>')

    expect(readUnresolved(unresolved)).toEqual([part('Task', 't-1'), part('Task', 't-2')])
    expect(readUnresolved(answer(''))).toEqual([])
  })

  test('tell how far a task is, and why it failed', () => {
    const properties = (pairs: Record<string, string>) =>
      new Map(Object.entries(pairs).map(([name, inside]) => [name, parseXml(`<val ${XSI}>${inside}</val>`)]))
    const fault =
      '<fault x:type="NoPermission"><privilegeId>VirtualMachine.Interact.PowerOn</privilegeId></fault><localizedMessage>Permission denied.</localizedMessage>'

    expect(readTaskState(properties({ 'info.state': 'running', 'info.progress': '40' }))).toEqual({
      state: 'running',
      progress: 40,
    })
    expect(readTaskState(properties({ 'info.state': 'queued' }))).toEqual({
      state: 'running',
      progress: undefined,
    })
    expect(readTaskState(properties({ 'info.state': 'error', 'info.error': fault }))).toEqual({
      state: 'error',
      fault: {
        type: 'NoPermission',
        message: 'Permission denied.',
        properties: { privilegeId: 'VirtualMachine.Interact.PowerOn' },
      },
    })
    expect(readTaskState(properties({ 'info.state': 'error' }))).toMatchObject({
      fault: { type: 'MethodFault' },
    })
  })

  property.prop([fc.string({ unit: 'binary', maxLength: 300 })])(
    'that are rubbish are refused as such and by nothing else',
    (text) => {
      for (const decode of [decodeRetrieved, decodeUpdateSet, decodeServiceContent, readAcceptedKeys]) {
        try {
          decode(parseXml(`<r><returnval>${text}</returnval></r>`))
        } catch (error) {
          expect(isFailure(error, 'packet.malformed')).toBe(true)
        }
      }
    },
  )
})

describe('refusals', () => {
  const refusal = (inside: string, doing = 'creating edge-1') => {
    const envelope = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" ${XSI}><e:Body><e:Fault><faultstring>no.</faultstring><detail>${inside}</detail></e:Fault></e:Body></e:Envelope>`
    const decoded = decodeEnvelope(envelope)
    if (decoded.kind !== 'fault') throw new Error('not a fault')
    return new VimRefusal(faultOfAnswer(decoded.fault), doing)
  }

  test('name what was being done, the fault, what it is about and what to do', () => {
    const denied = refusal(
      '<f x:type="NoPermission"><object type="Folder">group-v3</object><privilegeId>VirtualMachine.Inventory.Create</privilegeId></f>',
    )

    expect(denied.code).toBe('driver.forbidden')
    expect(denied.message).toBe(
      'creating edge-1: NoPermission (no); the user lacks the privilege VirtualMachine.Inventory.Create on group-v3; give it to their role',
    )
    expect(isRefusal(denied, 'NoPermission', 'InvalidLogin')).toBe(true)
    expect(isRefusal(denied, 'InvalidLogin')).toBe(false)
    expect(isRefusal(new Error('x'))).toBe(false)
  })

  test.each([
    ['InvalidLogin', 'driver.login-refused'],
    ['DuplicateName', 'driver.refused'],
    ['InvalidPowerState', 'machine.wrong-state'],
    ['InsufficientMemoryResourcesFault', 'driver.no-space'],
    ['InsufficientResourcesFault', 'driver.no-space'],
    ['TaskInProgress', 'driver.busy'],
    ['SomethingNew', 'driver.refused'],
  ])('%s is %s', (type, code) => {
    expect(refusal(`<f x:type="${type}"/>`).code).toBe(code)
  })

  test('of a task without a fault are told all the same', () => {
    expect(faultOfTask(parseXml('<val/>'))).toEqual({ type: 'MethodFault', message: '', properties: {} })
  })
})

describe('keys', () => {
  test('go as usages of a USB keyboard with their modifiers', () => {
    expect(body(putUsbScanCodes(vm, [['ctrl', 'b'], ['ret']]))).toBe(
      '<PutUsbScanCodes><_this type="VirtualMachine">vm-42</_this><spec>' +
        '<keyEvents><usbHidCode>327687</usbHidCode><modifiers><leftControl>true</leftControl></modifiers></keyEvents>' +
        '<keyEvents><usbHidCode>2621447</usbHidCode></keyEvents></spec></PutUsbScanCodes>',
    )
    expect(() => putUsbScanCodes(vm, [['a', 'b'] as never])).toThrow('as one key')
    expect(readAcceptedKeys(answer('<returnval>2</returnval>'))).toBe(2)
    expect(() => readAcceptedKeys(answer(''))).toThrow('no number of keys')
  })
})
