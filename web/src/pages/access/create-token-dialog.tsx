import { Alert, Button, Code, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { createToken } from '../../api/access.ts'
import type { Role } from '../../api/session.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'

const DAY_MS = 86_400_000

const ROLES: readonly { readonly value: Role; readonly label: string }[] = [
  { value: 'viewer', label: 'viewer: sees everything but secrets' },
  { value: 'operator', label: 'operator: also changes hosts and the fleet' },
  { value: 'admin', label: 'admin: also installers, tokens and the audit log' },
]

const LIFETIMES = [
  { value: '1', label: 'one day' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'one year' },
  { value: '', label: 'until it is revoked' },
]

interface CreateTokenDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onCreated: () => Promise<void>
}

/** Makes a token and shows its secret once. */
export function CreateTokenDialog({ isOpen, onClose, onCreated }: CreateTokenDialogProps) {
  const [secret, setSecret] = useState<string>()
  const close = (): void => {
    setSecret(undefined)
    onClose()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Create token"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      {secret === undefined ? (
        <CreateTokenForm
          onCreated={async (text) => {
            setSecret(text)
            await onCreated()
          }}
        />
      ) : (
        <Secret text={secret} onDone={close} />
      )}
    </Modal>
  )
}

function CreateTokenForm({ onCreated }: { readonly onCreated: (secret: string) => Promise<void> }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('operator')
  const [days, setDays] = useState('90')
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const create = async (): Promise<void> => {
    setBusy(true)
    try {
      const end = days === '' ? {} : { expiresInMs: Number(days) * DAY_MS }
      await onCreated((await createToken({ name: name.trim(), role, ...end })).token)
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="Whom or what it is for; it stands in the audit log."
          required
          maxLength={63}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label="Role"
          data={ROLES}
          value={role}
          allowDeselect={false}
          onChange={(value) => setRole((value ?? 'operator') as Role)}
        />
        <Select
          label="Good for"
          data={LIFETIMES}
          value={days}
          allowDeselect={false}
          onChange={(value) => setDays(value ?? '90')}
        />
        {error !== undefined && <ProblemAlert title="The token was not made" error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isBusy}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Secret({ text, onDone }: { readonly text: string; readonly onDone: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" title="Keep it now">
        <Text size="sm">It is shown this once and kept nowhere.</Text>
      </Alert>
      <Code block data-testid="new-token">
        {text}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>Done</Button>
      </Group>
    </Stack>
  )
}
