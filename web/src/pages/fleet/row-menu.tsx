import { Menu } from '@mantine/core'
import { useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { refusalOf } from '../../hosts/refusals.ts'
import { ABOUT, ACTIONS, type Action } from './host-actions.ts'

interface RowMenuProps {
  readonly host: HostView
  readonly tab: number
  readonly onAct: (action: Action, host: HostView) => void
}

/** What can be done with one host. The menu is made when it is first asked for: every row has one. */
export function RowMenu({ host, tab, onAct }: RowMenuProps) {
  const [isUsed, setUsed] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const button = (
    <button
      type="button"
      className="fleet-menu"
      tabIndex={tab}
      aria-label={`Actions for ${host.name}`}
      aria-haspopup="menu"
      onClick={() => {
        setUsed(true)
        setOpen((before) => !before)
      }}
    >
      ⋯
    </button>
  )
  if (!isUsed) return button
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-end" transitionProps={{ duration: 0 }}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {ACTIONS.map((action) => {
          const refusal = refusalOf(action, host)
          return (
            <Menu.Item
              key={action}
              disabled={refusal !== undefined}
              title={refusal}
              onClick={() => onAct(action, host)}
            >
              {ABOUT[action].label}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
