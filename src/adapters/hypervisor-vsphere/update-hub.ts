import type { XmlElement } from '../../codec/soap/xml-element.ts'
import type { VimCall } from '../../codec/vim25/call.ts'
import { isRefusal } from '../../codec/vim25/fault.ts'
import {
  createListView,
  createPropertyCollector,
  createViewFilter,
  decodeUpdateSet,
  modifyListView,
  type PropertySpec,
  waitForUpdates,
} from '../../codec/vim25/property-calls.ts'
import { decodeReturnedReference, type ManagedObject, referenceKey } from '../../codec/vim25/reference.ts'
import { TASK_PROPERTIES } from '../../codec/vim25/task.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { OpenSession, VimSession } from './vim-session.ts'

/** What is watched of virtual machines. */
export const MACHINE_PROPERTIES: PropertySpec = {
  type: 'VirtualMachine',
  paths: ['runtime.powerState', 'guest.ipAddress'],
}

export type WatchedProperties = ReadonlyMap<string, XmlElement>

/** Told all that is known of an object whenever it changes; `undefined` once it is gone. */
export type UpdateListener = (properties: WatchedProperties | undefined) => void

/** Changes of tasks and machines as they happen, all through one collector of the server. */
export interface UpdateHub extends AsyncDisposable {
  /** Returns what ends it. The listener is told the present state first. */
  watch(object: ManagedObject, listener: UpdateListener): () => void
}

interface Watched {
  readonly object: ManagedObject
  readonly listeners: Set<UpdateListener>
  properties: Map<string, XmlElement>
  known: boolean
}

interface Collector {
  readonly session: OpenSession
  readonly collector: ManagedObject
  readonly view: ManagedObject
  version: string
}

/** The server answers at the latest then, also when nothing changed. */
const MAX_WAIT_S = 30
const DOING = 'watching tasks and machines'

/** Waits at the server, never asks again and again. Sessions that end and servers that restart are ridden out. */
export function createUpdateHub(dependencies: {
  readonly session: VimSession
  /** A call that is repeated through outages. */
  readonly call: (call: VimCall, session: OpenSession, signal: AbortSignal) => Promise<XmlElement>
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds until it is tried again, by how often it failed in a row. */
  readonly pauseMs: (failures: number) => number
}): UpdateHub {
  const { session, call, clock, log, pauseMs } = dependencies
  const watched = new Map<string, Watched>()
  const closing = new AbortController()
  const { signal } = closing
  /** To be put into the view, or taken out of it. */
  let added: ManagedObject[] = []
  let removed: ManagedObject[] = []
  let current: Collector | undefined
  /** The session that the collector is in, or was to be made in. */
  let used: OpenSession | undefined
  let running: Promise<void> | undefined
  let flushing: Promise<void> | undefined

  async function run(): Promise<void> {
    let failures = 0
    while (watched.size > 0 && !signal.aborted) {
      try {
        current ??= await open()
        await next(current, MAX_WAIT_S)
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (isRefusal(error, 'NotAuthenticated') && used) session.ended(used)
        current = undefined
        failures += 1
        log.debug({ err: error, failures }, 'watching vSphere was interrupted')
        await clock.sleep(pauseMs(failures), signal).catch(() => undefined)
      }
    }
  }

  function start(): void {
    running ??= run().finally(() => {
      running = undefined
      // Something may have come between the last look and now.
      if (watched.size > 0 && !signal.aborted) start()
    })
  }

  async function open(): Promise<Collector> {
    const opened = await session.open(signal)
    used = opened
    const { propertyCollector, viewManager } = await session.content(signal)
    const collector = decodeReturnedReference(
      await call(createPropertyCollector(propertyCollector), opened, signal),
    )
    const view = decodeReturnedReference(await call(createListView(viewManager), opened, signal))
    await call(createViewFilter(collector, [TASK_PROPERTIES, MACHINE_PROPERTIES], view), opened, signal)
    const made: Collector = { session: opened, collector, view, version: '' }
    removed = []
    added = [...watched.values()].map(({ object }) => object)
    for (const entry of watched.values()) entry.known = false
    // The first answer tells the server that we listen; from then on every change is told.
    await next(made, 0)
    current = made
    await flush()
    return made
  }

  async function next(from: Collector, maxWaitS: number): Promise<void> {
    const wait = waitForUpdates(from.collector, from.version, maxWaitS)
    const options = { doing: DOING, session: from.session, waitsMs: maxWaitS * 1000 }
    const set = decodeUpdateSet(await session.perform(wait, options, signal))
    if (!set) return
    from.version = set.version
    for (const { object, present, properties } of set.updates) {
      const entry = watched.get(referenceKey(object))
      if (!entry) continue
      if (!present) drop(entry)
      else {
        for (const [path, value] of properties) entry.properties.set(path, value)
        entry.known = true
        tell(entry)
      }
    }
  }

  /** What has gathered goes in one call; one of them being gone must not keep the others out. */
  async function flush(): Promise<void> {
    const into = current
    if (!into) return
    const change = { add: added, remove: removed }
    added = []
    removed = []
    if (change.add.length === 0 && change.remove.length === 0) return
    try {
      await call(modifyListView(into.view, change), into.session, signal)
    } catch (error) {
      if (!isRefusal(error, 'ManagedObjectNotFound')) throw error
      for (const object of change.add) await addOne(into, object)
    }
  }

  async function addOne(into: Collector, object: ManagedObject): Promise<void> {
    try {
      await call(modifyListView(into.view, { add: [object], remove: [] }), into.session, signal)
    } catch (error) {
      if (!isRefusal(error, 'ManagedObjectNotFound')) throw error
      const entry = watched.get(referenceKey(object))
      if (entry) drop(entry)
    }
  }

  function flushSoon(): void {
    flushing ??= Promise.resolve()
      .then(flush)
      .catch((error: unknown) => {
        // The loop notices that the session or the view is gone, and puts everything into a new one.
        if (!signal.aborted) log.debug({ err: error }, 'the view of vSphere could not be changed')
        current = undefined
      })
      .finally(() => {
        flushing = undefined
        if ((added.length > 0 || removed.length > 0) && current) flushSoon()
      })
  }

  function drop(entry: Watched): void {
    watched.delete(referenceKey(entry.object))
    for (const listener of [...entry.listeners]) listener(undefined)
  }

  function tell(entry: Watched): void {
    for (const listener of [...entry.listeners]) listener(new Map(entry.properties))
  }

  return {
    watch: (object, listener) => {
      const key = referenceKey(object)
      const entry = watched.get(key) ?? { object, listeners: new Set(), properties: new Map(), known: false }
      entry.listeners.add(listener)
      if (!watched.has(key)) {
        watched.set(key, entry)
        added.push(object)
        if (current) flushSoon()
        start()
      } else if (entry.known)
        queueMicrotask(() => entry.listeners.has(listener) && listener(entry.properties))
      return () => {
        entry.listeners.delete(listener)
        if (entry.listeners.size > 0 || watched.get(key) !== entry) return
        watched.delete(key)
        added = added.filter((waiting) => referenceKey(waiting) !== key)
        removed.push(object)
      }
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error('the connection is closed'))
      await running
      await flushing
    },
  }
}
