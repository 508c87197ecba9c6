import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ProblemAlert } from './problem-alert.tsx'

interface ConfirmDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  /** What the button says: the deed, not "OK". */
  readonly deed: string
  /** Something is lost by it. */
  readonly isDestructive?: boolean
  /** What has to be typed first, for deeds that cannot be taken back. */
  readonly typed?: string | undefined
  readonly onConfirm: () => Promise<void>
  /** What will happen, in words. */
  readonly children: ReactNode
}

/** Asks before something is done, and stays open with the server's words when it could not be done. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, onClose, title, deed, isDestructive = false, typed, onConfirm, children } = props
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const close = (): void => {
    setText('')
    setError(undefined)
    onClose()
  }
  const confirm = async (): Promise<void> => {
    setBusy(true)
    try {
      await onConfirm()
      close()
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void confirm()
        }}
      >
        <Stack gap="md">
          {children}
          {typed !== undefined && (
            <TextInput
              label={`Type ${typed} to go on`}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          {error !== undefined && <ProblemAlert title="That did not work" error={error} />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              color={isDestructive ? 'red' : 'blue'}
              loading={isBusy}
              disabled={typed !== undefined && text !== typed}
            >
              {deed}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
