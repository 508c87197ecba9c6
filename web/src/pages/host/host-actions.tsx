import { Button, Group, Menu, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { HostView, PowerOutcome } from '../../../../src/contract/hosts.ts'
import { act, arm, deleteHost, hostKey, power } from '../../api/hosts.ts'
import { messageOf } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { type HostAction, refusalOf } from '../../hosts/refusals.ts'
import { useRefreshHosts } from '../../live/live-provider.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ArmDialog } from './arm-dialog.tsx'

interface HostActionsProps {
  readonly host: HostView
  readonly isMade: boolean
}

type Question = 'reinstall' | 'delete' | 'power-off' | 'reset' | 'approve' | 'arm'

/** What can be done to the host; what takes something away is asked about first. */
export function HostActions({ host, isMade }: HostActionsProps) {
  const { name } = host
  const mayAct = useMay('operator')
  const queries = useQueryClient()
  const refreshHosts = useRefreshHosts()
  const navigate = useNavigate()
  const [question, setQuestion] = useState<Question>()
  const against = (action: HostAction) => (mayAct ? refusalOf(action, host) : 'it needs the role operator')

  const run = async (deed: () => Promise<string>): Promise<void> => {
    const message = await deed()
    notifications.show({ color: 'green', message })
    refreshHosts()
    await queries.invalidateQueries({ queryKey: hostKey(name) })
  }
  const runAtOnce = (deed: () => Promise<string>): void => {
    run(deed).catch((error: unknown) =>
      notifications.show({ color: 'red', title: 'That did not work', message: messageOf(error) }),
    )
  }
  const items: readonly [HostAction, string, () => void][] = [
    ['power-on', 'Power on', () => runAtOnce(async () => wordsOf(name, await power(name, 'on')))],
    ['power-off', 'Power off…', () => setQuestion('power-off')],
    ['power-reset', 'Reset…', () => setQuestion('reset')],
    ['reinstall', 'Reinstall…', () => setQuestion('reinstall')],
    ['retry', 'Try again', () => runAtOnce(() => after(act(name, 'retry'), `${name} is tried once more.`))],
    ['approve', 'Approve…', () => setQuestion('approve')],
    ['arm', 'Arm…', () => setQuestion('arm')],
    ['delete', 'Delete…', () => setQuestion('delete')],
  ]
  return (
    <Group gap="xs">
      <Menu position="bottom-end" transitionProps={{ duration: 0 }} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default">Actions</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {items.map(([action, label, onClick]) => (
            <Menu.Item key={action} {...pressable(against(action), onClick, action === 'delete')}>
              {label}
              {against(action) !== undefined && (
                <Text size="xs" c="dimmed">
                  {against(action)}
                </Text>
              )}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        isOpen={question === 'reinstall'}
        onClose={() => setQuestion(undefined)}
        title={`Reinstall ${name}?`}
        deed="Reinstall"
        isDestructive
        onConfirm={() =>
          run(() => after(act(name, 'reinstall'), `${name} is installed anew at its next boot.`))
        }
      >
        <Text size="sm">
          The disk of <b>{name}</b> is erased and installed anew, once
          {isMade ? ', now' : ', when it is booted from the network next'}. Everything on it is lost.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={question === 'delete'}
        onClose={() => setQuestion(undefined)}
        title={`Delete ${name}?`}
        deed="Delete"
        isDestructive
        typed={name}
        onConfirm={async () => {
          await deleteHost(name)
          notifications.show({ color: 'green', message: `${name} is gone.` })
          refreshHosts()
          await navigate({ to: '/' })
        }}
      >
        <Text size="sm">
          {isMade
            ? `The machine ${name} is removed with its disks, and the host is forgotten.`
            : `The host ${name} is forgotten; its machine is left as it is.`}
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={question === 'approve'}
        onClose={() => setQuestion(undefined)}
        title={`Approve ${name}?`}
        deed="Approve"
        isDestructive
        onConfirm={() => run(() => after(act(name, 'approve'), `${name} is approved.`))}
      >
        <Text size="sm">
          <b>{name}</b> is installed as soon as it can be; what is on its disk is erased then.
        </Text>
      </ConfirmDialog>
      <ArmDialog
        name={name}
        isOpen={question === 'arm'}
        onClose={() => setQuestion(undefined)}
        onArm={(forMs, inWords) => run(() => after(arm(name, forMs), `${name} may install for ${inWords}.`))}
      />
      {(['power-off', 'reset'] as const).map((action) => (
        <ConfirmDialog
          key={action}
          isOpen={question === action}
          onClose={() => setQuestion(undefined)}
          title={action === 'reset' ? `Reset ${name}?` : `Power off ${name}?`}
          deed={action === 'reset' ? 'Reset' : 'Power off'}
          isDestructive
          onConfirm={() =>
            run(async () => wordsOf(name, await power(name, action === 'reset' ? 'reset' : 'off')))
          }
        >
          <Text size="sm">The hard way, like pulling the plug: what {name} has not written yet is lost.</Text>
        </ConfirmDialog>
      ))}
    </Group>
  )
}

/** What cannot be done can still be reached by keyboard: the reason stands in it. */
function pressable(reason: string | undefined, onClick: () => void, isGrave: boolean) {
  if (reason !== undefined) return { 'aria-disabled': true, closeMenuOnClick: false, c: 'dimmed' }
  return { onClick, ...(isGrave ? { color: 'red' } : {}) }
}

/** What to say when it is done. */
async function after(deed: Promise<void>, message: string): Promise<string> {
  await deed
  return message
}

function wordsOf(name: string, outcome: PowerOutcome): string {
  return outcome.way === 'switched'
    ? `${name} is switched.`
    : `The card of ${name} was called by Wake-on-LAN on ${outcome.networks.join(', ')}; nobody knows whether it heard.`
}
