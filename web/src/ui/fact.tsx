import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** A name and its value in a list of descriptions (`dl`); a dash where there is none. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const isKnown = children !== undefined && children !== ''
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} size="sm" className="number" style={{ overflowWrap: 'anywhere' }}>
        {isKnown ? children : '–'}
      </Text>
    </div>
  )
}
