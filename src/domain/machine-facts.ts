import { isPlaceholderFact, MATCH_KEYS, type MachineFacts } from './matching.ts'

/** The facts in a script query; what is empty or a vendor's filler text is left out, because many machines share it. */
export function readMachineFacts(query: Readonly<Record<string, string>>): MachineFacts {
  return Object.fromEntries(
    MATCH_KEYS.flatMap((key) => {
      const value = (query[key] ?? '').trim()
      return value === '' || isPlaceholderFact(value) ? [] : [[key, value] as const]
    }),
  )
}
