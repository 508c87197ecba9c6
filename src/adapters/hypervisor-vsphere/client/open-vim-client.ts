import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import { isRefusal } from '../../../codec/vim25/fault.ts'
import {
  continueRetrieve,
  createContainerView,
  decodeRetrieved,
  destroyView,
  type ObjectProperties,
  retrieveProperties,
  retrieveView,
} from '../../../codec/vim25/property-calls.ts'
import { decodeReturnedReference, type ManagedObject } from '../../../codec/vim25/reference.ts'
import { cancelTask } from '../../../codec/vim25/task.ts'
import { createSlots } from '../../../domain/async/slots.ts'
import { isFailure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { VsphereSettings } from '../settings/vsphere-settings.ts'
import { createDatastoreTransfers } from './datastore-transfers.ts'
import { createHttpsTransport } from './https-transport.ts'
import { createPersistence, pauseMs } from './persistence.ts'
import { createUpdateHub } from './update-hub.ts'
import type { CallOptions, VimClient } from './vim-client.ts'
import { createVimSession, type OpenSession } from './vim-session.ts'
import { waitForTask } from './wait-for-task.ts'

/** Calls at the server at the same time; waiting for changes is not counted. A vCenter slows everybody down beyond. */
const CALLS_IN_FLIGHT = 8
/** Creating a machine on a busy datastore takes minutes. */
const TASK_LIMIT_MS = 15 * 60_000
const CANCEL_MS = 3000
/** More pages than any inventory has. */
const MAX_PAGES = 10_000

/** Files that are on their way at the same time. They have places of their own: a call must not wait for an upload. */
const TRANSFERS_IN_FLIGHT = 4

/** Connects when it is first asked for something; disposing logs out. */
export function createVimClient(
  settings: VsphereSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): VimClient {
  const transport = createHttpsTransport(new URL(settings.url), settings.trust)
  const session = createVimSession(transport, settings, { clock, log })
  const slots = createSlots(CALLS_IN_FLIGHT)
  const transferSlots = createSlots(TRANSFERS_IN_FLIGHT)
  const closing = new AbortController()
  const hub = createUpdateHub({
    session,
    clock,
    log,
    pauseMs,
    call: (call, inside, signal) =>
      slots.run(() => session.perform(call, { doing: 'watching vSphere', session: inside }, signal), signal),
  })
  const persist = createPersistence({ session, slots, clock, log, address: transport.address })

  function call(
    request: VimCall,
    { doing, repeatable }: CallOptions,
    signal: AbortSignal,
  ): Promise<XmlElement> {
    return persist(
      repeatable,
      (opened) => session.perform(request, { doing, session: opened }, signal),
      signal,
    )
  }

  async function allPages(
    first: VimCall,
    opened: OpenSession,
    signal: AbortSignal,
  ): Promise<readonly ObjectProperties[]> {
    const { propertyCollector } = await session.content(signal)
    const options = { doing: 'reading the inventory', session: opened }
    const found: ObjectProperties[] = []
    let request = first
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { objects, token } = decodeRetrieved(await session.perform(request, options, signal))
      found.push(...objects)
      if (token === undefined) break
      request = continueRetrieve(propertyCollector, token)
    }
    return found
  }

  return {
    address: transport.address,
    localAddress: () => transport.localAddress(),
    content: (signal) => session.content(signal),
    sessionKey: async (signal) => (await session.open(signal)).key,
    call,
    runTask: async (request, { doing, repeatable, onProgress }, signal) => {
      const task = decodeReturnedReference(await call(request, { doing, repeatable }, signal))
      try {
        const until = AbortSignal.any([signal, closing.signal])
        return await waitForTask(hub, task, { doing, onProgress, limitMs: TASK_LIMIT_MS }, until)
      } catch (error) {
        if (signal.aborted || isFailure(error, 'driver.timeout')) {
          const limit = AbortSignal.timeout(CANCEL_MS)
          await call(cancelTask(task), { doing: 'cancelling', repeatable: false }, limit).catch(
            () => undefined,
          )
        }
        throw error
      }
    },
    retrieve: async (specs, objects, signal) => {
      if (objects.length === 0) return []
      const { propertyCollector } = await session.content(signal)
      const read = (some: typeof objects) =>
        persist(
          true,
          (opened) => allPages(retrieveProperties(propertyCollector, specs, some), opened, signal),
          signal,
        )
      try {
        return await read(objects)
      } catch (error) {
        // One that is gone fails all of them: those that are there are asked for one by one.
        if (!isRefusal(error, 'ManagedObjectNotFound')) throw error
        const found: ObjectProperties[] = []
        for (const object of objects.length > 1 ? objects : []) found.push(...(await readIfThere(object)))
        return found
      }

      async function readIfThere(object: ManagedObject): Promise<readonly ObjectProperties[]> {
        try {
          return await read([object])
        } catch (error) {
          if (isRefusal(error, 'ManagedObjectNotFound')) return []
          throw error
        }
      }
    },
    retrieveBelow: async (container, specs, signal) => {
      const { viewManager, propertyCollector } = await session.content(signal)
      return await persist(
        true,
        async (opened) => {
          const options = { doing: 'reading the inventory', session: opened }
          const types = specs.map(({ type }) => type)
          const made = await session.perform(
            createContainerView(viewManager, container, types),
            options,
            signal,
          )
          const view = decodeReturnedReference(made)
          const found = await allPages(retrieveView(propertyCollector, specs, view), opened, signal)
          await session.perform(destroyView(view), options, signal)
          return found
        },
        signal,
      )
    },
    watch: (object, listener) => hub.watch(object, listener),
    transfers: createDatastoreTransfers(transport, (repeatable, work, signal) =>
      persist(repeatable, work, signal, transferSlots),
    ),
    [Symbol.asyncDispose]: async () => {
      // Whoever still waits for a task would do so until its time is over.
      closing.abort(new Error('the connection is closed'))
      await hub[Symbol.asyncDispose]()
      await session[Symbol.asyncDispose]()
      transport[Symbol.dispose]()
    },
  }
}
