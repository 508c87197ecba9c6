import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import { isRefusal } from '../../../codec/vim25/fault.ts'
import type { ObjectUpdate } from '../../../codec/vim25/property-calls.ts'
import { type ManagedObject, referenceKey } from '../../../codec/vim25/reference.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import { createUpdateCollector, type SessionCall, type UpdateCollector } from './update-collector.ts'
import type { VimSession } from './vim-session.ts'

/**
 * Told all that is known of an object whenever it changes, and what of it has changed; `undefined` once it is gone. One
 * that throws is not told what it missed.
 */
export type UpdateListener = (
  properties: ReadonlyMap<string, XmlElement> | undefined,
  changed: ReadonlySet<string>,
) => void

/** Changes of tasks and machines as they happen, all through one collector of the server. */
export interface UpdateHub extends AsyncDisposable {
  /** Returns what ends it. The listener is told the present state first, and never before this returns. */
  watch(object: ManagedObject, listener: UpdateListener): () => void
}

interface Watched {
  readonly object: ManagedObject
  /** Without any it is taken out of the view the next time the view is changed. */
  readonly listeners: Set<UpdateListener>
  properties: Map<string, XmlElement>
  /** It was put into the view of the present collector. */
  inView: boolean
  /** That collector has told of it. */
  known: boolean
}

/** The server answers at the latest then, also when nothing changed. */
const MAX_WAIT_S = 30
/** Failures in a row after which people should hear of it. */
const MANY_FAILURES = 5

/** Waits at the server, never asks again and again. Sessions that end and servers that restart are ridden out. */
export function createUpdateHub(dependencies: {
  readonly session: VimSession
  readonly call: SessionCall
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds until it is tried again, by how often it failed in a row. */
  readonly pauseMs: (failures: number) => number
}): UpdateHub {
  const { session, clock, log, pauseMs } = dependencies
  const watched = new Map<string, Watched>()
  const closing = new AbortController()
  const { signal } = closing
  let current: UpdateCollector | undefined
  let running: Promise<void> | undefined
  let flushing: Promise<void> | undefined

  const isWanted = (): boolean => [...watched.values()].some(({ listeners }) => listeners.size > 0)
  const isMissing = ({ listeners, inView }: Watched): boolean => listeners.size > 0 && !inView

  async function run(): Promise<void> {
    let failures = 0
    while (isWanted() && !signal.aborted) {
      try {
        current ??= await open()
        // What came while it was opened, or has left it.
        flushSoon(current)
        for (const update of await current.next(MAX_WAIT_S, signal)) take(update)
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (current) abandon(current, error)
        failures += 1
        const level = failures === MANY_FAILURES ? 'warn' : 'debug'
        log[level]({ err: error, failures }, 'watching vSphere was interrupted')
        await clock.sleep(pauseMs(failures), signal).catch(() => undefined)
      }
    }
  }

  function start(): void {
    if (signal.aborted) return
    running ??= run().finally(() => {
      running = undefined
      // Something may have come between the last look and now.
      if (isWanted() && !signal.aborted) start()
    })
  }

  async function open(): Promise<UpdateCollector> {
    const opened = await session.open(signal)
    let made: UpdateCollector | undefined
    try {
      made = await createUpdateCollector(opened, dependencies, signal)
      for (const entry of watched.values()) Object.assign(entry, { inView: false, known: false })
      // The first answer tells the server that we listen; from then on every change is told.
      for (const update of await made.next(0, signal)) take(update)
      await flush(made)
      return made
    } catch (error) {
      // Else the same session, which has ended, would be tried for ever.
      if (isRefusal(error, 'NotAuthenticated')) session.ended(opened)
      made?.abandon(error, signal)
      throw error
    }
  }

  function abandon(collector: UpdateCollector, why: unknown): void {
    if (current === collector) current = undefined
    collector.abandon(why, signal)
  }

  function take({ object, present, isNew, properties, unset }: ObjectUpdate): void {
    const entry = watched.get(referenceKey(object))
    if (!entry) return
    if (!present) {
      // Gone for good, or only taken out earlier: putting it in again shows which.
      if (entry.inView && !entry.known) drop(entry)
      Object.assign(entry, { inView: false, known: false })
      return
    }
    if (isNew) entry.properties = new Map()
    for (const [path, value] of properties) entry.properties.set(path, value)
    for (const path of unset) entry.properties.delete(path)
    entry.known = true
    const changed = new Set(isNew ? entry.properties.keys() : [...properties.keys(), ...unset])
    for (const listener of [...entry.listeners]) inform(listener, new Map(entry.properties), changed)
  }

  /** What has gathered goes in one call. */
  async function flush(into: UpdateCollector): Promise<void> {
    const add: ManagedObject[] = []
    const remove: ManagedObject[] = []
    for (const [key, entry] of [...watched]) {
      if (isMissing(entry)) {
        entry.inView = true
        add.push(entry.object)
      } else if (entry.listeners.size === 0) {
        watched.delete(key)
        if (entry.inView) remove.push(entry.object)
      }
    }
    if (add.length === 0 && remove.length === 0) return
    for (const object of await into.change(add, remove, signal)) {
      const entry = watched.get(referenceKey(object))
      if (entry) drop(entry)
    }
  }

  function flushSoon(into: UpdateCollector): void {
    if (flushing || signal.aborted || ![...watched.values()].some(isMissing)) return
    flushing = Promise.resolve()
      .then(() => flush(into))
      // Ends the wait of the loop, which puts everything into a new view.
      .catch((error: unknown) => abandon(into, error))
      .finally(() => {
        flushing = undefined
        if (current) flushSoon(current)
      })
  }

  function drop(entry: Watched): void {
    watched.delete(referenceKey(entry.object))
    for (const listener of [...entry.listeners]) inform(listener, undefined, new Set())
  }

  /** One listener in trouble must not keep news from the others. */
  function inform(listener: UpdateListener, ...news: Parameters<UpdateListener>): void {
    try {
      listener(...news)
    } catch (error) {
      log.warn({ err: error }, 'a change told by vSphere could not be dealt with')
    }
  }

  return {
    watch: (object, listener) => {
      const key = referenceKey(object)
      const entry = watched.get(key) ?? anEntry(object)
      watched.set(key, entry)
      entry.listeners.add(listener)
      if (entry.known) {
        queueMicrotask(() => {
          const { properties } = entry
          if (entry.listeners.has(listener)) inform(listener, new Map(properties), new Set(properties.keys()))
        })
      }
      if (current) flushSoon(current)
      start()
      return () => void entry.listeners.delete(listener)
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error('the connection is closed'))
      await running
      await flushing
    },
  }
}

function anEntry(object: ManagedObject): Watched {
  return { object, listeners: new Set(), properties: new Map(), inView: false, known: false }
}
