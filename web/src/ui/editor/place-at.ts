/** A key of a map, or an item of a list. */
export type PathStep = string | typeof ITEM
export const ITEM = Symbol('item of a list')

/** What can be written at a place of a YAML document in block style. */
export interface Place {
  /** Where the map is that the place is in. */
  readonly path: readonly PathStep[]
  /** The key whose value is being written; none: a key is. */
  readonly key?: string
  /** What is there already of the key or the value. */
  readonly typed: string
  /** Keys that the map has above the place. */
  readonly taken: readonly string[]
}

const BEFORE = /^(?<lead> *(?:- +)*)(?:(?<key>[\w./-]+): +)?(?<typed>[\w./-]*)$/
const ENTRY = /^(?<lead> *(?:- +)*)(?<key>[\w./-]+):(?:\s|$)/
/** Nobody writes a configuration that is longer above one place; beyond it nothing is proposed. */
const MAX_LINES = 5000

/**
 * Reads the place by indentation, so that it works in documents that are not right yet. `above`: the lines before that
 * of the place; `before`: its line up to it. Nothing for what is no key or value in block style.
 */
export function placeAt(above: readonly string[], before: string): Place | undefined {
  const groups = BEFORE.exec(before)?.groups
  if (!groups || above.length > MAX_LINES) return undefined
  const { lead = '', key, typed = '' } = groups
  const path: PathStep[] = []
  const taken: string[] = []
  /** Where the keys of the map stand that the walk upwards is in; -1 as long as that is not known. */
  let column = lead.length
  /** Keys left of it are those of a map around. */
  let limit = column
  const enterItems = (dashes: string): void => {
    const first = dashes.indexOf('-')
    if (first < 0) return
    path.unshift(...Array.from(dashes.matchAll(/-/g), (): PathStep => ITEM))
    column = -1
    // A list may stand in the same column as its key.
    limit = first + 1
  }
  enterItems(lead)
  for (const line of above.toReversed()) {
    const entry = ENTRY.exec(line)?.groups
    if (!entry) continue
    const { lead: start = '', key: name = '' } = entry
    const isNeighbour = start.length === column
    if (!isNeighbour && start.length >= limit) continue
    if (isNeighbour && path.length === 0) taken.push(name)
    if (!isNeighbour) {
      path.unshift(name)
      column = start.length
      limit = start.length
    }
    enterItems(start)
  }
  return { path, ...(key === undefined ? {} : { key }), typed, taken }
}
