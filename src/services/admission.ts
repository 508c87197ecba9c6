/** How many hosts may install at the same time. `undefined`: as many as there are. */
export interface AdmissionLimits {
  readonly total: number | undefined
  /** By group; a host belongs to one group at most. */
  readonly groups: ReadonlyMap<string, GroupLimits>
}

export interface GroupLimits {
  readonly maxParallel?: number | undefined
  /** No further host of the group begins once so many have failed. */
  readonly stopAfterFailures?: number | undefined
}

/**
 * Places for hosts that install at the same time. A host holds one place from the moment it is let in until it
 * leaves, however often it asks. Nobody is thrown out when the limits shrink.
 */
export interface Admission {
  /** Lets the host in if there is room and its group is not held back. */
  tryEnter(host: string, group: string | undefined): boolean
  /** For hosts that have begun already: they count, whatever the limits say. */
  occupy(host: string, group: string | undefined): void
  /** Resolves when the host is in; first come, first served among those that could enter. */
  enter(host: string, group: string | undefined, signal: AbortSignal): Promise<void>
  leave(host: string): void
  setLimits(limits: AdmissionLimits): void
  /** Looks again, after failures have been counted anew say. */
  look(): void
}

interface Waiting {
  readonly host: string
  readonly group: string | undefined
  readonly admit: () => void
}

/** `failures` counts the failed hosts of a group at this moment. */
export function createAdmission(first: AdmissionLimits, failures: (group: string) => number): Admission {
  let limits = first
  const holders = new Map<string, string | undefined>()
  const held = new Map<string | undefined, number>()
  const line = new Set<Waiting>()

  function isFull(): boolean {
    return limits.total !== undefined && holders.size >= limits.total
  }

  /** The cheap limit first: thousands may ask, and failures are counted over all hosts. */
  function isOpen(group: string | undefined): boolean {
    const of = group === undefined ? undefined : limits.groups.get(group)
    if (!of || group === undefined) return true
    if (of.maxParallel !== undefined && (held.get(group) ?? 0) >= of.maxParallel) return false
    return of.stopAfterFailures === undefined || failures(group) < of.stopAfterFailures
  }

  function take(host: string, group: string | undefined): void {
    giveBack(host)
    holders.set(host, group)
    held.set(group, (held.get(group) ?? 0) + 1)
  }

  function giveBack(host: string): boolean {
    if (!holders.has(host)) return false
    const group = holders.get(host)
    held.set(group, (held.get(group) ?? 0) - 1)
    return holders.delete(host)
  }

  function tryEnter(host: string, group: string | undefined): boolean {
    if (holders.has(host)) return true
    if (isFull() || !isOpen(group)) return false
    take(host, group)
    return true
  }

  function look(): void {
    const closed = new Set<string | undefined>()
    for (const waiting of line) {
      const isIn = holders.has(waiting.host)
      if (!isIn && (isFull() || closed.has(waiting.group))) continue
      if (tryEnter(waiting.host, waiting.group)) {
        line.delete(waiting)
        waiting.admit()
      } else closed.add(waiting.group)
    }
  }

  return {
    tryEnter,
    look,
    occupy: take,
    enter: async (host, group, signal) => {
      signal.throwIfAborted()
      if (tryEnter(host, group)) return
      await new Promise<void>((resolve, reject) => {
        const waiting: Waiting = {
          host,
          group,
          admit: () => {
            signal.removeEventListener('abort', aborted)
            resolve()
          },
        }
        const aborted = (): void => {
          line.delete(waiting)
          reject(signal.reason)
        }
        line.add(waiting)
        signal.addEventListener('abort', aborted, { once: true })
      })
    },
    leave: (host) => {
      if (giveBack(host)) look()
    },
    setLimits: (next) => {
      limits = next
      look()
    },
  }
}
