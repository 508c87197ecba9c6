import type { FieldChange, FleetPlan, PlannedHost } from './plan.ts'

const MAX_SHOWN = 60

/** A plan for people: a line for each host that is not as it should be, and what it comes to. */
export function formatPlan(plan: FleetPlan): string {
  const lines = plan.hosts.flatMap(formatHost)
  return `${[...lines, ...(lines.length > 0 ? [''] : []), formatTotals(plan)].join('\n')}\n`
}

function formatHost(host: PlannedHost): readonly string[] {
  switch (host.action) {
    case 'create': {
      const { profile = '', installer = '', driver } = host.definition
      const by = driver === undefined ? 'switched on by hand' : `a machine of ${driver}`
      return [`+ ${host.name}: new, profile ${profile}, installer ${installer}, ${by}`]
    }
    case 'change':
      return [
        `~ ${host.name}: ${consequence(host)}`,
        ...host.changes.map((change) => `    ${formatChange(change)}`),
      ]
    case 'keep':
      return []
    case 'orphan':
      return [
        `? ${host.name}: no longer in the fleet, ${host.phase}; kept with its machine (--prune deletes both)`,
      ]
    case 'delete':
      return [`- ${host.name}: no longer in the fleet, ${host.phase}; deleted with its machine and its disk`]
  }
}

function consequence({ name, phase, needs }: Extract<PlannedHost, { action: 'change' }>): string {
  switch (needs) {
    case 'nothing':
      return phase === 'defined' ? 'changes before its first boot' : 'changes at once'
    case 'power-off':
      return `is ${phase}; true of its machine once it was powered off and on (edgeboot host power ${name} cycle)`
    case 'reinstall':
      return `is ${phase}; true of its disk only after edgeboot host reinstall ${name}`
    case 'new machine':
      return `is ${phase}; needs a new machine: edgeboot host delete ${name}, then apply again`
  }
}

function formatChange({ field, before, after, needs }: FieldChange): string {
  const note = needs === 'nothing' ? '' : ` (needs a ${needs})`
  if (field === 'user-data') return `user-data differs${note}`
  return `${field} ${shown(before)} -> ${shown(after)}${note}`
}

function shown(text: string | undefined): string {
  if (text === undefined || text === '') return 'none'
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function formatTotals({ totals }: FleetPlan): string {
  const parts = [
    [totals.create, 'to create'],
    [totals.change, 'to change'],
    [totals.delete, 'to delete'],
    [totals.orphan, 'no longer in the fleet'],
    [totals.keep, 'as they should be'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return said.length > 0 ? said.join(', ') : 'there are no hosts'
}
