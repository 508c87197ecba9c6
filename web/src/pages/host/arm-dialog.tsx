import { NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'

const MINUTE_MS = 60_000

/** How long a window may be open. Milliseconds. */
const SPANS = [
  { value: String(15 * MINUTE_MS), label: '15 minutes' },
  { value: String(30 * MINUTE_MS), label: '30 minutes' },
  { value: String(2 * 60 * MINUTE_MS), label: '2 hours' },
  { value: String(8 * 60 * MINUTE_MS), label: '8 hours' },
  { value: String(24 * 60 * MINUTE_MS), label: '1 day' },
]

interface ArmDialogProps {
  readonly name: string
  readonly isOpen: boolean
  readonly onClose: () => void
  /** Told for how long, in milliseconds and in words. */
  readonly onArm: (forMs: number, inWords: string) => Promise<void>
}

/** Asks how long the host may fetch the installer. */
export function ArmDialog({ name, isOpen, onClose, onArm }: ArmDialogProps) {
  const [span, setSpan] = useState(String(30 * MINUTE_MS))
  const inWords = SPANS.find(({ value }) => value === span)?.label ?? ''
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={`Arm ${name}?`}
      deed="Arm"
      isDestructive
      onConfirm={() => onArm(Number(span), inWords)}
    >
      <Text size="sm">
        <b>{name}</b> may fetch the installer for as long as its window is open. When it boots from the
        network then, its disk is erased.
      </Text>
      <NativeSelect
        label="For"
        data={SPANS}
        value={span}
        onChange={(event) => setSpan(event.currentTarget.value)}
      />
    </ConfirmDialog>
  )
}
