import type { Phase } from '../phase.ts'
import {
  type ChangeNeeds,
  DEFINITION_FIELDS,
  type DefinitionField,
  type HostDefinition,
} from './host-definition.ts'

/** A host we have, as it was last made so. */
export interface KnownHost {
  readonly name: string
  readonly definition: HostDefinition
  readonly phase: Phase
}

/** One field that differs; digests are not told, so `user-data` has no `before` and `after`. */
export interface FieldChange {
  readonly field: DefinitionField
  readonly before?: string
  readonly after?: string
  readonly needs: ChangeNeeds
}

/** What a plan says of one host; of user-data no digest is told, as secrets are in it. */
export type PlannedHost =
  | { readonly action: 'create'; readonly name: string; readonly definition: HostDefinition }
  | {
      readonly action: 'change'
      readonly name: string
      readonly phase: Phase
      readonly changes: readonly FieldChange[]
      /** The most that any of the changes needs; `nothing` as long as there is no machine. */
      readonly needs: ChangeNeeds
    }
  | { readonly action: 'keep'; readonly name: string; readonly phase: Phase }
  /** Not in the fleet any more: `orphan` is left alone, `delete` is not. */
  | { readonly action: 'orphan' | 'delete'; readonly name: string; readonly phase: Phase }

/** What applying a fleet would do, by name of host. Fit for JSON as it is. */
export interface FleetPlan {
  readonly hosts: readonly PlannedHost[]
  readonly totals: Readonly<Record<PlannedHost['action'], number>>
}

const NEEDS: readonly ChangeNeeds[] = ['nothing', 'power-off', 'reinstall', 'new machine']

/**
 * Compares what is wanted with what there is. Hosts that are not wanted any more are left alone, machine and all,
 * unless `prune` says to delete them.
 */
export function planFleet(
  desired: ReadonlyMap<string, HostDefinition>,
  known: Iterable<KnownHost>,
  { prune = false }: { readonly prune?: boolean } = {},
): FleetPlan {
  const hosts: PlannedHost[] = []
  const names = new Set<string>()
  for (const host of known) {
    names.add(host.name)
    const definition = desired.get(host.name)
    hosts.push(definition ? compare(host, definition) : goner(host, prune))
  }
  for (const [name, definition] of desired) {
    if (names.has(name)) continue
    const { 'user-data': _, ...told } = definition
    hosts.push({ action: 'create', name, definition: told })
  }
  const totals = { create: 0, change: 0, keep: 0, orphan: 0, delete: 0 }
  for (const { action } of hosts) totals[action] += 1
  const collator = new Intl.Collator('en', { numeric: true })
  return { hosts: hosts.toSorted((a, b) => collator.compare(a.name, b.name)), totals }
}

function goner({ name, phase }: KnownHost, prune: boolean): PlannedHost {
  return { action: prune ? 'delete' : 'orphan', name, phase }
}

function compare({ name, phase, definition }: KnownHost, desired: HostDefinition): PlannedHost {
  const fields = Object.keys(DEFINITION_FIELDS) as DefinitionField[]
  const changes = fields
    .filter((field) => definition[field] !== desired[field])
    .map((field) => changeOf(field, definition[field], desired[field], phase))
  if (changes.length === 0) return { action: 'keep', name, phase }
  const needs = NEEDS.findLast((need) => changes.some((change) => change.needs === need)) ?? 'nothing'
  return { action: 'change', name, phase, changes, needs }
}

function changeOf(
  field: DefinitionField,
  before: string | undefined,
  after: string | undefined,
  phase: Phase,
): FieldChange {
  const needs = phase === 'defined' ? 'nothing' : DEFINITION_FIELDS[field]
  if (field === 'user-data') return { field, needs }
  return {
    field,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    needs,
  }
}
