import { type CSSProperties, memo, type ReactNode } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { PHASE_COLORS } from '../../app/theme.ts'
import { timeInWords } from '../../ui/words.ts'
import type { Action } from './host-actions.ts'
import { remarkOf } from './host-progress.ts'
import { progressFigures, type RowFigures } from './row-figures.ts'
import { RowMenu } from './row-menu.tsx'

/** What rows tell the grid. */
export interface RowHandlers {
  readonly pick: (index: number, isRange: boolean) => void
  readonly toggle: (value: string) => void
  readonly act: (action: Action, host: HostView) => void
  readonly enter: (key: string) => void
}

export interface RowPlace {
  readonly index: number
  /** Pixels from the top of the list. */
  readonly start: number
  readonly size: number
  readonly isActive: boolean
  readonly mayAct: boolean
  readonly on: RowHandlers
}

interface HostLineProps extends RowPlace, RowFigures {
  readonly rowKey: string
  readonly host: HostView
  readonly isSelected: boolean
}

/** A host. Drawn anew only when something of it has changed. */
export const HostLine = memo(function HostLine(props: HostLineProps) {
  const { rowKey, host, rate, left, seen, isSelected, index, isActive, mayAct, on } = props
  const tab = isActive ? 0 : -1
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of a grid without a table.
    <div
      role="row"
      className="fleet-row"
      aria-rowindex={index + 2}
      aria-selected={mayAct ? isSelected : undefined}
      aria-label={host.name}
      data-index={index}
      tabIndex={tab}
      style={styleOf(props)}
      onFocus={() => on.enter(rowKey)}
    >
      <Cell column="check">
        {mayAct && (
          <input
            type="checkbox"
            className="fleet-check"
            tabIndex={tab}
            aria-label={`Select ${host.name}`}
            checked={isSelected}
            onChange={(event) => on.pick(index, (event.nativeEvent as MouseEvent).shiftKey === true)}
          />
        )}
      </Cell>
      <Cell column="name">
        <div className="fleet-line">
          <HostLink name={host.name} tab={tab} className="fleet-name">
            {host.name}
          </HostLink>
        </div>
        <div className="fleet-line fleet-dim number">{host.address ?? host.mac ?? ''}</div>
      </Cell>
      <Cell column="phase">
        <span
          className="fleet-phase"
          style={{ color: `var(--mantine-color-${PHASE_COLORS[host.phase]}-outline)` }}
        >
          {host.phase}
        </span>
      </Cell>
      <Progress host={host} />
      <Cell column="rate" isNumber>
        {rate}
      </Cell>
      <Cell column="left" isNumber>
        {left}
      </Cell>
      <Cell column="seen" isNumber title={timeInWords(host.lastSeen)}>
        {seen}
      </Cell>
      <Cell column="site" title={host.labels['site']}>
        {host.labels['site'] ?? ''}
      </Cell>
      <Cell column="profile" title={host.profile}>
        {host.profile ?? ''}
      </Cell>
      <RemarkCell host={host} tab={tab} />
      <Cell column="menu">{mayAct && <RowMenu host={host} tab={tab} onAct={on.act} />}</Cell>
    </div>
  )
})

/** The place of a row in the list. */
export function styleOf({ start, size }: Pick<RowPlace, 'start' | 'size'>): CSSProperties {
  return { transform: `translateY(${start}px)`, height: size }
}

interface CellProps {
  readonly column: string
  readonly isNumber?: boolean
  readonly title?: string | undefined
  readonly children: ReactNode
}

function Cell({ column, isNumber = false, title, children }: CellProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above.
    // biome-ignore lint/a11y/useFocusableInteractive: rows take the focus.
    <div role="gridcell" data-column={column} className={classOf(column, isNumber)} title={title}>
      {children}
    </div>
  )
}

function classOf(column: string, isNumber: boolean): string | undefined {
  if (isNumber) return 'fleet-line fleet-end number'
  return column === 'remark' ? undefined : 'fleet-line'
}

interface HostLinkProps {
  readonly name: string
  readonly tab: number
  readonly className: string
  readonly children: ReactNode
}

/** A plain link, which the grid follows without loading a page: the router's own costs more than all the rest of a row. */
function HostLink({ name, tab, className, children }: HostLinkProps) {
  return (
    <a href={`/hosts/${name}`} data-host={name} className={className} tabIndex={tab}>
      {children}
    </a>
  )
}

function Progress({ host }: { readonly host: HostView }) {
  const { kind, share, text, steps } = progressFigures(host)
  return (
    <Cell column="progress">
      <div className="fleet-progress number">
        <span className="fleet-line">{text}</span>
        <span className="fleet-dim" title="Phases behind it, of all there are">
          {steps}
        </span>
      </div>
      <div className="fleet-bar" data-kind={kind} aria-hidden>
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
    </Cell>
  )
}

function RemarkCell({ host, tab }: { readonly host: HostView; readonly tab: number }) {
  const remark = remarkOf(host)
  return (
    <Cell column="remark" title={remark?.text}>
      {remark && (
        <div className={remark.kind === 'failure' ? 'fleet-note fleet-bad' : 'fleet-note'}>
          {remark.rule && (
            <>
              <HostLink name={host.name} tab={tab} className="fleet-rule">
                {remark.rule}
              </HostLink>
              {': '}
            </>
          )}
          {remark.text}
        </div>
      )}
    </Cell>
  )
}
