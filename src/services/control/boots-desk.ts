import { bootRecords, lastCompleteBoot, usualSteps } from '../../domain/boot-record.ts'
import type { BootsDesk } from '../../ports/control-desk.ts'
import { type ControlParts, requireHost } from './control-parts.ts'

/** Boots shown of one host. */
const MAX_BOOTS = 20

/** The boots of hosts, beside what is usual. */
export function createBootsDesk({
  book,
  plans,
  store,
}: Pick<ControlParts, 'book' | 'plans'> & {
  readonly store: Pick<ControlParts['store'], 'events'>
}): BootsDesk {
  /** From the lives in memory: reading the events of a whole fleet would take seconds. */
  function usualBeside(name: string) {
    const profile = plans.wish(name)?.profile
    const others = book
      .states()
      .filter(({ host }) => host.name !== name)
      .filter(({ host }) => profile === undefined || plans.wish(host.name)?.profile === profile)
    return usualSteps(others.flatMap(({ life }) => lastCompleteBoot(life) ?? []))
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
