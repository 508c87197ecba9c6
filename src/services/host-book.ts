import type { HostEvent, RecordedEvent } from '../domain/event.ts'
import { isKept } from '../domain/event.ts'
import { Failure } from '../domain/failure.ts'
import type { Boot, Host } from '../domain/host.ts'
import { advance, type Life, newLife } from '../domain/life.ts'
import type { MacAddress } from '../domain/mac-address.ts'
import {
  BOOT_ID_BYTES,
  type BootId,
  CONFIG_TOKEN_BYTES,
  type ConfigToken,
  encodeBase32,
} from '../domain/opaque-id.ts'
import { swapByteOrder, type Uuid } from '../domain/uuid.ts'
import type { Clock } from '../ports/clock.ts'
import type { HostStore } from '../ports/host-store.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import { createRecentBoots } from './recent-boots.ts'

/** An event before the book adds when and to whom it happened. */
export type Happening = {
  [T in HostEvent['type']]: Pick<Extract<HostEvent, { type: T }>, 'type' | 'data'>
}[HostEvent['type']]

/** A host and how far it is. */
export interface HostState {
  readonly host: Host
  readonly life: Life
}

/** Told of every event right after it took effect; `event.id` is absent for events that are not kept. */
export type BookListener = (event: HostEvent | RecordedEvent, state: HostState) => void

/**
 * All hosts and their lives in memory, in step with the store: an event takes effect only once it is stored, and
 * events take effect one after the other. Reads never wait.
 */
export interface HostBook {
  states(): readonly HostState[]
  /** Id of the newest event that has taken effect: the states are those after it, and before any later one. */
  lastEventId(): number
  state(name: string): HostState | undefined
  /** The host whose machine we made with both; either byte order of the UUID is the same. */
  byMachine(mac: MacAddress, uuid: Uuid): HostState | undefined
  byBoot(bootId: BootId): { readonly boot: Boot; readonly state: HostState } | undefined
  byToken(token: ConfigToken): { readonly boot: Boot; readonly state: HostState } | undefined
  /** Adds the hosts, or replaces those of the same names, whose lives go on; all of them or none. */
  add(...hosts: readonly Host[]): Promise<void>
  remove(name: string): Promise<void>
  openBoot(host: string): Promise<Boot>
  /** Failure `host.not-found` when there is no such host (any more). */
  record(host: string, happening: Happening, bootId?: BootId): Promise<void>
  /** The same for what nobody waits for: it is stored together with what comes next, a moment later at most. */
  note(host: string, happening: Happening, bootId?: BootId): Promise<void>
  /**
   * Lets `decide` look at the life as it is when all earlier events have taken effect, and records what it
   * returns before anything else can happen. Resolves to what was decided.
   */
  decide<H extends Happening>(host: string, decide: (life: Life) => H, bootId?: BootId): Promise<H>
  /** Resolves when all hosts and events that were asked for have taken effect, or failed. */
  settled(): Promise<void>
  /** To the events of one host, or of all. Returns the function that ends the subscription. */
  subscribe(listener: BookListener, host?: string): () => void
  /** Told the name of every host that was removed. Returns the function that ends the subscription. */
  onRemoved(listener: (host: string) => void): () => void
}

/** Databases limit how much one statement may bring, and while one does not answer for seconds much comes together. */
const MAX_TOGETHER = 500
/** For so long what nobody waits for is left to be stored together with something else. Milliseconds. */
const NOTED_FOR_MS = 20

interface Decision<H extends Happening> {
  /** What happens to the host, from its life as it is then. */
  readonly decide: (life: Life) => H
}

/** Something that is to happen to a host when its turn comes. */
interface PendingStep extends Decision<Happening> {
  readonly host: string
  readonly bootId: BootId | undefined
  /** When it was asked for, epoch milliseconds. */
  readonly time: number
  readonly resolve: (happening: Happening) => void
  readonly reject: (error: unknown) => void
}

/** What will be stored in one step. */
interface Gathering {
  readonly steps: PendingStep[]
  /** Has it stored once the event loop has come round, when its turn comes; more may be added until then. */
  storeSoon(): void
  /** The same after a moment, if nothing hurries it before. */
  storeInAMoment(): void
}

interface TakenStep {
  readonly step: PendingStep
  readonly happening: Happening
  /** The host afterwards. */
  readonly state: HostState
  /** The event and what comes of it, in order. */
  readonly news: readonly HostEvent[]
}

export interface BookDependencies {
  readonly store: HostStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Reads everything back from the store. Failure `store.failed` when that cannot be done. */
export async function openHostBook({ store, clock, random, log }: BookDependencies): Promise<HostBook> {
  const states = new Map<string, HostState>()
  const machines = new Map<string, string>()
  const boots = createRecentBoots()
  const listeners = new Set<BookListener>()
  /** Every host that is being brought up listens to itself: with hundreds of them none must be asked in vain. */
  const listenersOf = new Map<string, Set<BookListener>>()
  const removals = new Set<(host: string) => void>()
  let last: Promise<unknown> = Promise.resolve()
  let gathered: Gathering | undefined
  let lastEventId = await store.lastEventId()

  for (const host of await store.hosts()) place(host, newLife(host.createdAt))
  for (const event of await store.events()) fold(event)
  for (const boot of await store.boots()) know(boot)

  function place(host: Host, life: Life): void {
    states.set(host.name, { host, life })
    if (host.spec) machines.set(machineKey(host.spec), host.name)
  }

  function know(boot: Boot): void {
    boots.add(boot, clock.now(), states.get(boot.host)?.life.bootId)
  }

  function fold(event: HostEvent): void {
    const before = states.get(event.host)
    if (before) states.set(event.host, after(before, event))
  }

  /** After all that was asked for before. */
  function afterAll<T>(work: () => Promise<T>): Promise<T> {
    closeGathered()
    return inTurn(work)
  }

  /** What is asked for from now on comes after it. */
  function closeGathered(): void {
    gathered?.storeSoon()
    gathered = undefined
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }

  function tell(event: HostEvent, state: HostState): void {
    for (const listener of [...listeners, ...(listenersOf.get(event.host) ?? [])]) {
      try {
        listener(event, state)
      } catch (error) {
        log.error({ err: error, type: event.type }, 'a listener failed')
      }
    }
  }

  /** What is asked for in one round of the event loop is stored in one step: any step costs about as much. */
  function enqueue<H extends Happening>(
    wish: Pick<PendingStep, 'host' | 'bootId'> & Decision<H>,
    isWaitedFor = true,
  ): Promise<H> {
    const { promise, resolve, reject } = Promise.withResolvers<H>()
    if (gathered && gathered.steps.length >= MAX_TOGETHER) closeGathered()
    gathered ??= gather()
    gathered.steps.push({
      ...wish,
      time: clock.now(),
      resolve: resolve as PendingStep['resolve'],
      reject,
    })
    if (isWaitedFor) gathered.storeSoon()
    else gathered.storeInAMoment()
    return promise
  }

  function gather(): Gathering {
    let isInLine = false
    let isTimed = false
    const gathering: Gathering = {
      steps: [],
      storeSoon() {
        if (isInLine) return
        isInLine = true
        void inTurn(async () => {
          await clock.sleep(0)
          if (gathered === gathering) gathered = undefined
          await take(gathering.steps)
        })
      },
      storeInAMoment() {
        if (isInLine || isTimed) return
        isTimed = true
        void clock.sleep(NOTED_FOR_MS).then(gathering.storeSoon)
      },
    }
    return gathering
  }

  async function take(steps: readonly PendingStep[]): Promise<void> {
    const taken = decideAll(steps)
    try {
      const recorded = await store.appendEvents(...taken.flatMap(({ news }) => news).filter(isKept))
      publish(taken, recorded)
    } catch (error) {
      for (const { step } of taken) step.reject(error)
    }
  }

  /** Each as if those before it had taken effect. */
  function decideAll(steps: readonly PendingStep[]): readonly TakenStep[] {
    const drafts = new Map<string, HostState>()
    const taken: TakenStep[] = []
    for (const step of steps) {
      try {
        const before = drafts.get(step.host) ?? states.get(step.host)
        if (!before) throw new Failure('host.not-found', `there is no host ${step.host} (any more)`)
        const happening = step.decide(before.life)
        const event = eventOf(step, happening)
        const state = after(before, event)
        drafts.set(step.host, state)
        taken.push({ step, happening, state, news: [event, ...phaseChange(before, state, event)] })
      } catch (error) {
        step.reject(error)
      }
    }
    return taken
  }

  function publish(taken: readonly TakenStep[], recorded: readonly RecordedEvent[]): void {
    const kept = recorded.values()
    for (const { step, happening, state, news } of taken) {
      const told = news.map((event) => (isKept(event) ? (kept.next().value ?? event) : event))
      states.set(step.host, state)
      for (const event of told) lastEventId = idOf(event) ?? lastEventId
      for (const event of told) tell(event, state)
      step.resolve(happening)
    }
  }

  function eventOf({ host, time, bootId }: PendingStep, happening: Happening): HostEvent {
    return { host, time, ...(bootId ? { bootId } : {}), ...happening } as HostEvent
  }

  function entry(boot: Boot | undefined) {
    const state = boot && states.get(boot.host)
    return boot && state ? { boot, state } : undefined
  }

  return {
    states: () => [...states.values()],
    lastEventId: () => lastEventId,
    state: (name) => states.get(name),
    byMachine: (mac, uuid) => {
      const asTold = machines.get(machineKey({ mac, uuid }))
      return states.get(asTold ?? machines.get(machineKey({ mac, uuid: swapByteOrder(uuid) })) ?? '')
    },
    byBoot: (bootId) => entry(boots.byId(bootId)),
    byToken: (token) => entry(boots.byToken(token)),
    add: (...hosts) =>
      afterAll(async () => {
        await store.saveHost(...hosts)
        for (const host of hosts) {
          const before = states.get(host.name)
          if (before?.host.spec) machines.delete(machineKey(before.host.spec))
          place(host, before?.life ?? newLife(host.createdAt))
        }
      }),
    remove: (name) =>
      afterAll(async () => {
        await store.deleteHost(name)
        const before = states.get(name)
        if (before?.host.spec) machines.delete(machineKey(before.host.spec))
        states.delete(name)
        boots.forget(name)
        for (const listener of removals) listener(name)
      }),
    openBoot: async (host) => {
      const bootId = encodeBase32(random.bytes(BOOT_ID_BYTES)) as BootId
      const token = encodeBase32(random.bytes(CONFIG_TOKEN_BYTES)) as ConfigToken
      const boot: Boot = { bootId, token, host, createdAt: clock.now() }
      await store.addBoot(boot)
      know(boot)
      const dropped = boots.takeDropped(host)
      if (dropped.length > 0) await store.forgetBoots(dropped)
      return boot
    },
    record: async (host, happening, bootId) => {
      await enqueue({ host, bootId, decide: () => happening })
    },
    note: async (host, happening, bootId) => {
      await enqueue({ host, bootId, decide: () => happening }, false)
    },
    decide: (host, decide, bootId) => enqueue({ host, bootId, decide }),
    settled: () => afterAll(async () => undefined),
    subscribe(listener, host) {
      if (host === undefined) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
      const own = listenersOf.get(host) ?? new Set()
      listenersOf.set(host, own.add(listener))
      return () => {
        own.delete(listener)
        if (own.size === 0 && listenersOf.get(host) === own) listenersOf.delete(host)
      }
    },
    onRemoved: (listener) => {
      removals.add(listener)
      return () => removals.delete(listener)
    },
  }
}

function idOf(event: HostEvent | RecordedEvent): number | undefined {
  return 'id' in event && typeof event.id === 'number' ? event.id : undefined
}

function after({ host, life }: HostState, event: HostEvent): HostState {
  return { host, life: advance(life, event) ?? life }
}

function phaseChange(
  { life: { phase: from } }: HostState,
  { life: { phase: to } }: HostState,
  event: HostEvent,
) {
  const { host, time } = event
  return from === to ? [] : [{ host, time, type: 'phase.changed', data: { from, to } } as const]
}

function machineKey({ mac, uuid }: { readonly mac: MacAddress; readonly uuid: Uuid }): string {
  return `${mac} ${uuid}`
}
