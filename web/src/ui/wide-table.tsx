import { Table, type TableProps } from '@mantine/core'

interface WideTableProps extends TableProps {
  /** What is in it, for those who hear the page. */
  readonly label: string
  /** Narrower than so many pixels it scrolls sideways by itself, and not the page. */
  readonly minWidth: number
}

/** A table that does not break narrow pages. */
export function WideTable({ label, minWidth, ...table }: WideTableProps) {
  return (
    // What scrolls has to be reached by keyboard (WCAG 2.2 §2.1.1).
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section aria-label={label} tabIndex={0} style={{ overflowX: 'auto' }}>
      <Table {...table} miw={minWidth} />
    </section>
  )
}
