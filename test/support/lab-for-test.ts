import { expect } from 'vitest'
import { element } from '../../src/codec/soap/render-xml.ts'
import type { XmlElement } from '../../src/codec/soap/xml-element.ts'
import { vimCall } from '../../src/codec/vim25/call.ts'
import {
  createListView,
  createPropertyCollector,
  createViewFilter,
  decodeUpdateSet,
  modifyListView,
  waitForUpdates,
} from '../../src/codec/vim25/property-calls.ts'
import { decodeReturnedReference, type ManagedObject } from '../../src/codec/vim25/reference.ts'
import { TASK_PROPERTIES, type TaskState } from '../../src/codec/vim25/task.ts'
import { type LabClient, openLabClient } from '../lab/vcenter/lab-client.ts'
import { createLabMachine } from '../lab/vcenter/lab-machine-spec.ts'
import { type LabOptions, type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'

/** A lab with a client that is logged in, and the places where things are made. */
export interface LabForTest extends AsyncDisposable {
  readonly lab: LabVcenter
  readonly client: LabClient
  readonly datacenter: ManagedObject
  /** Of the machines. */
  readonly folder: ManagedObject
  readonly pool: ManagedObject
  create(name: string): Promise<TaskState>
  /** A task that does nothing for so long. */
  slowTask(delayMs: number, progress?: readonly number[]): Promise<ManagedObject>
  /** Tells of a task's changes. */
  watchTask(task: ManagedObject): Promise<{
    readonly collector: ManagedObject
    readonly next: (seconds?: number) => Promise<ReadonlyMap<string, XmlElement> | undefined>
  }>
}

export async function openLabForTest(options: LabOptions = {}): Promise<LabForTest> {
  const lab = await openLabVcenter(options)
  const client = await openLabClient(lab)
  await client.login()
  const folder = await client.find('/DC0/vm')
  const pool = await client.find('/DC0/host/DC0_C0/Resources')
  return {
    lab,
    client,
    datacenter: await client.find('/DC0'),
    folder,
    pool,
    create: (name) => client.callTask(createLabMachine(folder, pool, { name })),
    slowTask: async (delayMs, progress = []) => {
      lab.fault({ method: 'Rename_Task', kind: 'slow-task', delayMs, progress })
      const rename = vimCall('Rename_Task', folder, element('newName', 'vm'))
      return decodeReturnedReference(await client.call(rename))
    },
    watchTask: async (task) => {
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
    },
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]()
      await lab[Symbol.asyncDispose]()
    },
  }
}

/** What a call is rejected with when the server refuses it. */
export function refusal(type: string, properties: object = {}): object {
  return { fault: { type, properties: expect.objectContaining(properties) } }
}
