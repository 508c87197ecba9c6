import { Button, Group, Menu, Text } from '@mantine/core'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { ABOUT, ACTIONS, type Action } from './host-actions.ts'

interface BulkBarProps {
  /** How many hosts the filters leave. */
  readonly shown: number
  readonly hosts: readonly HostView[]
  readonly selected: ReadonlySet<string>
  readonly mayAct: boolean
  readonly onClear: () => void
  readonly onAct: (action: Action, hosts: readonly HostView[]) => void
}

/** How many hosts are shown and selected, and what can be done with these. */
export function BulkBar(props: BulkBarProps) {
  const { shown, hosts, selected, mayAct, onClear, onAct } = props
  const act = (action: Action): void =>
    onAct(
      action,
      hosts.filter(({ name }) => selected.has(name)),
    )
  const isNone = selected.size === 0
  return (
    <Group gap="xs" mih={30} role="group" aria-label="Selected hosts">
      <Text size="sm" role="status" className="number">
        {isNone ? `${shown} shown` : `${selected.size} selected`}
      </Text>
      {!mayAct && (
        <Text size="sm" c="dimmed">
          Your token may look, not act.
        </Text>
      )}
      {mayAct && !isNone && (
        <>
          <Menu position="bottom-start" transitionProps={{ duration: 0 }}>
            <Menu.Target>
              <Button size="compact-sm" variant="default">
                Power…
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {ACTIONS.filter(isPower).map((action) => (
                <Menu.Item key={action} onClick={() => act(action)}>
                  {ABOUT[action].label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          {ACTIONS.filter((action) => !isPower(action)).map((action) => (
            <Button key={action} size="compact-sm" variant="default" onClick={() => act(action)}>
              {ABOUT[action].label}
            </Button>
          ))}
          <Button size="compact-sm" variant="subtle" onClick={onClear}>
            Clear selection
          </Button>
        </>
      )}
    </Group>
  )
}

function isPower(action: Action): boolean {
  return action.startsWith('power-')
}
