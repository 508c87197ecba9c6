import { descend, textOf } from '../../../src/codec/soap/xml-element.ts'
import { taskAnswer } from './answer.ts'
import { splitDatastorePath } from './datastore-paths.ts'
import type { Step } from './lab-request.ts'
import type { SimulatorClient } from './simulator-client.ts'
import type { LabDatastore } from './simulator-process.ts'

/** How an upload to a full datastore ends: refused with status 507, or cut after that many bytes. */
export type UploadWhenFull = 'refused' | { readonly cutAfterBytes: number }

export interface FullDatastores {
  /** Nothing more fits into the datastores of that name. */
  fill(name: string, upload?: UploadWhenFull): Promise<void>
  makeRoom(name: string): Promise<void>
  /** How an upload ends; `undefined` when there is room. */
  upload(name: string): UploadWhenFull | undefined
  /** Answers the creation of a machine on a full one with a task that fails. */
  readonly step: Step
}

/** As much as the simulator's datastores have at first. */
const PLENTY = 2 ** 50

export function createFullDatastores(
  simulator: SimulatorClient,
  datastores: readonly LabDatastore[],
): FullDatastores {
  const full = new Map<string, UploadWhenFull>()

  async function setFreeSpace(name: string, bytes: number): Promise<void> {
    const named = datastores.filter((one) => one.name === name)
    await Promise.all(named.map(({ id }) => simulator.setFreeSpace(id, bytes)))
  }

  return {
    fill: async (name, upload = 'refused') => {
      full.set(name, upload)
      await setFreeSpace(name, 0)
    },
    makeRoom: async (name) => {
      full.delete(name)
      await setFreeSpace(name, PLENTY)
    },
    upload: (name) => full.get(name),
    step: async (request, next) => {
      if (request.method !== 'CreateVM_Task') return next(request)
      const place = textOf(descend(request.body, 'config', 'files'), 'vmPathName') ?? ''
      const datastore = splitDatastorePath(place)?.datastore ?? ''
      if (!full.has(datastore)) return next(request)
      const message = `Insufficient disk space on datastore '${datastore}'.`
      const fault = { type: 'NoDiskSpace', message, properties: { file: place, datastore } }
      const task = await simulator.startTask({ entity: request.target, name: 'createVm', fault })
      return taskAnswer(request.method, task)
    },
  }
}
