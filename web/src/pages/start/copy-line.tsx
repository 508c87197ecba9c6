import { Button, Code, CopyButton, Group } from '@mantine/core'

interface CopyLineProps {
  /** What it is, for the name of the button. */
  readonly label: string
  readonly children: string
}

/** A line to be typed elsewhere. */
export function CopyLine({ label, children }: CopyLineProps) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Code className="copy-line">{children}</Code>
      {/* Browsers let a page write to the clipboard over HTTPS or on the machine itself only. */}
      {window.isSecureContext && (
        <CopyButton value={children}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              onClick={copy}
              aria-label={`Copy: ${label}`}
              flex="none"
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      )}
    </Group>
  )
}
