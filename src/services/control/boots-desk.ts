import { type BootRecord, bootRecords, lastCompleteBoot, usualSteps } from '../../domain/boot-record.ts'
import type { Life } from '../../domain/life.ts'
import type { BootsDesk } from '../../ports/control/host-history-desk.ts'
import { type ControlParts, requireHost } from './control-parts.ts'

/** Boots shown of one host. */
const MAX_BOOTS = 20
/** More hosts than these, the last that came to ready, make no better median. */
const MAX_COMPARED = 1000

/** The boots of hosts, beside what is usual. */
export function createBootsDesk({
  book,
  plans,
  store,
}: Pick<ControlParts, 'book' | 'plans'> & {
  readonly store: Pick<ControlParts['store'], 'events'>
}): BootsDesk {
  /** A life never changes, a later one takes its place: most hosts of a fleet are as they were a minute ago. */
  const complete = new WeakMap<Life, BootRecord | 'none'>()

  function lastOf(life: Life): BootRecord | 'none' {
    const known = complete.get(life) ?? lastCompleteBoot(life) ?? 'none'
    complete.set(life, known)
    return known
  }

  /** From the lives in memory: reading the events of a whole fleet would take seconds. */
  function usualBeside(name: string) {
    const profile = plans.wish(name)?.profile
    const others = book
      .states()
      .filter(({ host }) => host.name !== name)
      .filter(({ host }) => profile === undefined || plans.wish(host.name)?.profile === profile)
    const boots = others.map(({ life }) => lastOf(life)).filter((boot) => boot !== 'none')
    const newest = boots.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
    return usualSteps(newest.slice(0, MAX_COMPARED))
  }

  return {
    boots: async (name) => {
      requireHost(book, name)
      const events = await store.events({ host: name })
      // It may have gone while its events were read.
      const { host, life } = requireHost(book, name)
      const items = bootRecords(host.createdAt, events, life, MAX_BOOTS).toReversed()
      return { items, usual: usualBeside(name) }
    },
  }
}
