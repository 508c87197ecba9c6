import type { FleetPlan } from '../../contract/fleet.ts'
import { printable } from '../../domain/printable.ts'

type Change = FleetPlan['changes'][number]

const SIGNS = { create: '+', update: '~', remove: '-', keep: ' ' } as const

/**
 * A plan in words: a line for each object that changes, further sentences about it below, then a sum and the
 * warnings. `applied` says that it has happened.
 */
export function formatPlan(plan: FleetPlan, { applied = false } = {}): string {
  return [
    ...plan.changes.flatMap(linesOf),
    sumUp(plan, applied),
    ...plan.warnings.map((warning) => `warning: ${printable(warning)}`),
    '',
  ].join('\n')
}

function linesOf({ kind, object, name, what }: Change): readonly string[] {
  const subject = `${SIGNS[kind]} ${kind === 'keep' ? 'kept: ' : ''}${object} ${printable(name)}`
  const [first, ...more] = what.map(printable)
  return [
    first === undefined ? subject : `${subject}: ${first}`,
    ...more.map((sentence) => `    ${sentence}`),
  ]
}

function sumUp({ changes, unchanged, version }: FleetPlan, applied: boolean): string {
  const words = applied
    ? { create: 'created', update: 'changed', remove: 'removed', keep: 'kept' }
    : { create: 'to create', update: 'to change', remove: 'to remove', keep: 'kept' }
  const counts = (['create', 'update', 'remove', 'keep'] as const).flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length
    return count > 0 ? [`${count} ${words[kind]}`] : []
  })
  const parts = [...counts, `${unchanged} unchanged`].join(', ')
  if (applied) return `applied: ${parts}; now in force is version ${printable(version)}`
  return `plan: ${parts}; against version ${printable(version)}`
}
