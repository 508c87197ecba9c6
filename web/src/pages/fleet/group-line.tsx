import { memo } from 'react'
import type { GroupRow } from './group-hosts.ts'
import { type RowPlace, styleOf } from './host-line.tsx'

interface GroupLineProps extends RowPlace {
  readonly row: GroupRow
  readonly selected: ReadonlySet<string>
}

/** The head of a group: how many hosts there are and how they are; closes and opens it. */
export const GroupLine = memo(function GroupLine(props: GroupLineProps) {
  const { row, selected, index, isActive, mayAct, on } = props
  const tab = isActive ? 0 : -1
  const name = row.value === '' ? 'none' : row.value
  const isSelected = selected.size > 0 && row.names.every((one) => selected.has(one))
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of a grid without a table.
    <div
      role="row"
      className="fleet-row fleet-group"
      aria-rowindex={index + 2}
      aria-label={`Group ${name}`}
      data-index={index}
      tabIndex={tab}
      style={styleOf(props)}
      onFocus={() => on.enter(row.key)}
    >
      {mayAct && (
        // biome-ignore lint/a11y/useSemanticElements: as above.
        // biome-ignore lint/a11y/useFocusableInteractive: rows take the focus.
        <div role="gridcell">
          <input
            type="checkbox"
            className="fleet-check"
            tabIndex={tab}
            aria-label={`Select group ${name}`}
            checked={isSelected}
            onChange={() => on.pick(index, false)}
          />
        </div>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above. */}
      <div role="gridcell" aria-colspan={10} className="fleet-line">
        <button
          type="button"
          className="fleet-toggle"
          tabIndex={tab}
          aria-expanded={!row.isClosed}
          onClick={() => on.toggle(row.value)}
        >
          <span aria-hidden>{row.isClosed ? '▸' : '▾'}</span>
          {name}
          <span className="fleet-dim number">{countsInWords(row)}</span>
        </button>
      </div>
    </div>
  )
})

function countsInWords({ names, ready, moving, failed, stuck }: GroupRow): string {
  const parts: readonly (readonly [number, string])[] = [
    [ready, 'ready'],
    [moving, 'moving'],
    [failed, 'failed'],
    [stuck, 'stuck'],
  ]
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return [`${names.length} ${names.length === 1 ? 'host' : 'hosts'}`, ...told].join(' · ')
}
