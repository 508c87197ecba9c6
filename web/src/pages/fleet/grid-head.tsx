import { COLUMNS, type Column, type Sort } from './sort-hosts.ts'
import type { ChangeSearch } from './use-fleet-search.ts'

interface GridHeadProps {
  readonly sort: Sort
  readonly change: ChangeSearch
  readonly mayAct: boolean
  readonly isAllSelected: boolean
  readonly onSelectAll: () => void
}

/** The heads of the columns, which sort. */
export function GridHead({ sort, change, mayAct, isAllSelected, onSelectAll }: GridHeadProps) {
  const sortBy = (column: Column): void => {
    const isSame = sort.column === column
    const isDescending = isSame && !sort.isDescending
    change({ sort: column === 'name' && !isDescending ? undefined : `${isDescending ? '-' : ''}${column}` })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of a grid without a table.
    <div role="rowgroup" className="fleet-headgroup">
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons are. */}
      <div role="row" aria-rowindex={1} className="fleet-head">
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: as above. */}
        <div role="columnheader">
          {mayAct ? (
            <input
              type="checkbox"
              className="fleet-check"
              aria-label="Select all shown"
              checked={isAllSelected}
              onChange={onSelectAll}
            />
          ) : (
            <span className="visually-hidden">Selection</span>
          )}
        </div>
        {COLUMNS.map(({ column, label, isNumber }) => {
          const isSorted = sort.column === column
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above.
            // biome-ignore lint/a11y/useFocusableInteractive: as above.
            <div
              key={column}
              role="columnheader"
              data-column={column}
              aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                className={isNumber ? 'fleet-sort fleet-end' : 'fleet-sort'}
                onClick={() => sortBy(column)}
              >
                {label}
                {isSorted && <span aria-hidden>{sort.isDescending ? '▼' : '▲'}</span>}
              </button>
            </div>
          )
        })}
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: as above. */}
        <div role="columnheader">
          <span className="visually-hidden">Actions</span>
        </div>
      </div>
    </div>
  )
}
