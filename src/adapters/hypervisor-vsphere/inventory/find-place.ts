import { parseInventoryPath } from '../../../codec/vim25/inventory-path.ts'
import { type ManagedObject, referenceKey } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import { nearest } from '../../../domain/nearest.ts'
import { PLACE_VARIABLES } from '../settings/govc-environment.ts'
import type { VspherePlaceKind } from '../settings/vsphere-settings.ts'
import type { Entry, InventoryTree } from './inventory-tree.ts'
import { PLACE_WORDS } from './placement.ts'

/** More choices than that nobody reads. */
const MAX_CHOICES = 20

/** Objects of some types below one folder, itself included. */
export function entriesBelow(
  tree: InventoryTree,
  top: ManagedObject | undefined,
  types: readonly string[],
): readonly Entry[] {
  const below = top ?? tree.root
  return tree.entries.filter(
    (entry) => types.includes(entry.ref.type) && tree.namesBelow(entry, below) !== undefined,
  )
}

/**
 * Which of the entries a text means: an inventory path, absolute or relative to `top`, whose names may have `*` for
 * anything; else the plain name of one anywhere below; or a reference as we print it where names are not enough.
 */
export function matchPlaces(
  tree: InventoryTree,
  entries: readonly Entry[],
  top: ManagedObject | undefined,
  text: string,
): readonly Entry[] {
  const { absolute, names } = parseInventoryPath(text)
  const base = absolute ? tree.root : (top ?? tree.root)
  const paths = entries.map((entry) => ({ entry, path: tree.namesBelow(entry, base) ?? [] }))
  const matching = (isName: (pattern: string, name: string) => boolean) =>
    paths
      .filter(
        ({ path }) => path.length === names.length && names.every((name, at) => isName(name, path[at] ?? '')),
      )
      .map(({ entry }) => entry)
  const exact = matching((pattern, name) => pattern === name)
  if (exact.length > 0) return exact
  const plain = absolute || names.length !== 1 ? [] : entries.filter(({ name }) => name === names[0])
  if (plain.length > 0) return plain
  const loose = text.includes('*') ? matching(isGlobMatch) : []
  return loose.length > 0 ? loose : entries.filter(({ ref }) => referenceKey(ref) === text)
}

/** The one entry that is meant. Failure `usage.invalid` when there is none or more than one. */
export function findPlace(
  tree: InventoryTree,
  kind: VspherePlaceKind,
  entries: readonly Entry[],
  top: ManagedObject | undefined,
  text: string,
): Entry {
  const found = matchPlaces(tree, entries, top, text)
  const [only] = found
  if (only && found.length === 1) return only
  if (only) throw ambiguousPlace(tree, kind, found, `there are ${found.length} called ${text}`)
  throw missingPlace(tree, kind, entries, `there is no ${PLACE_WORDS[kind]} ${text}`, text)
}

/** Nobody said which, and there is more than one. */
export function ambiguousPlace(
  tree: InventoryTree,
  kind: VspherePlaceKind,
  choices: readonly Entry[],
  why: string,
): Failure {
  return new Failure(
    'usage.invalid',
    `which ${PLACE_WORDS[kind]}? ${why}; choose one with ${SETTINGS[kind]}: ${listPlaces(tree, choices)}`,
  )
}

/** It is not there, or cannot be used. */
export function missingPlace(
  tree: InventoryTree,
  kind: VspherePlaceKind,
  choices: readonly Entry[],
  why: string,
  text: string,
): Failure {
  const lastName = parseInventoryPath(text).names.at(-1) ?? ''
  const near = nearest(
    lastName,
    choices.map(({ name }) => name),
  )
  const hint = near && near !== lastName ? `; did you mean ${near}?` : ''
  const known =
    choices.length === 0 ? 'none is visible to this user' : `there is ${listPlaces(tree, choices)}`
  return new Failure('usage.invalid', `${why} (${SETTINGS[kind]})${hint}; ${known}`)
}

const FLAG: Readonly<Partial<Record<VspherePlaceKind, string>>> = { host: '--esxi-host' }
/** What sets a place, for messages. */
const SETTINGS = Object.fromEntries(
  Object.entries(PLACE_VARIABLES).map(([kind, variable]) => [
    kind,
    `${FLAG[kind as VspherePlaceKind] ?? `--${kind}`} or ${variable}`,
  ]),
) as Readonly<Record<VspherePlaceKind, string>>

function listPlaces(tree: InventoryTree, choices: readonly Entry[]): string {
  const paths = choices
    .map((entry) => ({ entry, path: tree.pathOf(entry) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const times = Map.groupBy(paths, ({ path }) => path)
  const named = paths.map(({ entry, path }) =>
    times.get(path)?.length === 1 ? path : referenceKey(entry.ref),
  )
  const more = named.length - MAX_CHOICES
  return named.slice(0, MAX_CHOICES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function isGlobMatch(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  if (others.length === 0) return pattern === name
  const last = others.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false
  const end = name.length - last.length
  let at = first.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
