import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import { isRefusal } from '../../../codec/vim25/fault.ts'
import {
  createListView,
  createPropertyCollector,
  createViewFilter,
  decodeUpdateSet,
  destroyPropertyCollector,
  destroyView,
  modifyListView,
  type ObjectUpdate,
  type PropertySpec,
  readUnresolved,
  waitForUpdates,
} from '../../../codec/vim25/property-calls.ts'
import { decodeReturnedReference, type ManagedObject } from '../../../codec/vim25/reference.ts'
import { TASK_PROPERTIES } from '../../../codec/vim25/task.ts'
import type { OpenSession, VimSession } from './vim-session.ts'

/** What is watched of virtual machines. */
const MACHINE_PROPERTIES: PropertySpec = {
  type: 'VirtualMachine',
  paths: ['runtime.powerState', 'runtime.connectionState', 'guest.ipAddress'],
}

/** A collector of the server with a view of what is watched. Both end with their session. */
export interface UpdateCollector {
  /**
   * Puts objects into the view, and takes others out. Resolves to those of the first that the server does not know, for
   * they are gone.
   */
  change(
    add: readonly ManagedObject[],
    remove: readonly ManagedObject[],
    signal: AbortSignal,
  ): Promise<readonly ManagedObject[]>
  /** What has changed since; waits at the server for so many seconds, and longer for nobody. */
  next(maxWaitS: number, signal: AbortSignal): Promise<readonly ObjectUpdate[]>
  /** It is not to be used any more: ends what waits for it, and has the server forget it where it still can. */
  abandon(why: unknown, signal: AbortSignal): void
}

/** A short call in that session. */
export type SessionCall = (call: VimCall, session: OpenSession, signal: AbortSignal) => Promise<XmlElement>

/** Makes a collector that tells of tasks and machines; nothing is in its view yet. */
export async function createUpdateCollector(
  opened: OpenSession,
  { session, call }: { readonly session: VimSession; readonly call: SessionCall },
  signal: AbortSignal,
): Promise<UpdateCollector> {
  const abandoned = new AbortController()
  const { propertyCollector, viewManager } = await session.content(signal)
  const make = async (request: VimCall): Promise<ManagedObject> =>
    decodeReturnedReference(await call(request, opened, signal))
  const collector = await make(createPropertyCollector(propertyCollector))
  const view = await make(createListView(viewManager))
  await call(createViewFilter(collector, [TASK_PROPERTIES, MACHINE_PROPERTIES], view), opened, signal)
  let version = ''

  /** One of them being gone must not keep the others out. */
  async function addEach(
    objects: readonly ManagedObject[],
    inside: AbortSignal,
  ): Promise<readonly ManagedObject[]> {
    const unknown: ManagedObject[] = []
    for (const object of objects) {
      try {
        unknown.push(...readUnresolved(await call(modifyListView(view, only(object)), opened, inside)))
      } catch (error) {
        if (!isRefusal(error, 'ManagedObjectNotFound')) throw error
        unknown.push(object)
      }
    }
    return unknown
  }

  return {
    change: async (add, remove, inside) => {
      try {
        return readUnresolved(await call(modifyListView(view, { add, remove }), opened, inside))
      } catch (error) {
        if (!isRefusal(error, 'ManagedObjectNotFound')) throw error
        return await addEach(add, inside)
      }
    },
    next: async (maxWaitS, inside) => {
      const wait = waitForUpdates(collector, version, maxWaitS)
      const options = { doing: 'watching tasks and machines', session: opened, waitsMs: maxWaitS * 1000 }
      const until = AbortSignal.any([inside, abandoned.signal])
      const set = decodeUpdateSet(await session.perform(wait, options, until))
      if (!set) return []
      version = set.version
      return set.updates
    },
    abandon: (why, inside) => {
      abandoned.abort(why)
      if (isRefusal(why, 'NotAuthenticated')) {
        session.ended(opened)
        return
      }
      for (const end of [destroyPropertyCollector(collector), destroyView(view)])
        call(end, opened, inside).catch(() => undefined)
    },
  }
}

function only(object: ManagedObject) {
  return { add: [object], remove: [] }
}
