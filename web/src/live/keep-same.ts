import type { HostView } from '../../../src/contract/hosts.ts'

/**
 * The host as it was loaded, or as it was known where nothing differs: what shows a host that is the same object need
 * not be drawn anew.
 */
export function keepSame(known: HostView | undefined, loaded: HostView): HostView {
  return known !== undefined && isSame(known, loaded) ? known : loaded
}

/** Same content; the order of keys does not matter. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [mine, others] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  const keys = Object.keys(mine)
  return keys.length === Object.keys(others).length && keys.every((key) => isSame(mine[key], others[key]))
}
