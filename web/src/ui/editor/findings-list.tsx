import { Badge, Group, Text, UnstyledButton } from '@mantine/core'
import type { UserDataFinding } from '../../../../src/contract/user-data.ts'

interface FindingsListProps {
  readonly findings: readonly UserDataFinding[]
  readonly onGoTo: (finding: UserDataFinding) => void
}

/** Findings in the words of the command line; each leads to its place. */
export function FindingsList({ findings, onGoTo }: FindingsListProps) {
  return (
    <ul className="findings" aria-label="Findings">
      {findings.map((finding) => {
        const { severity, rule, message, fix, line, column } = finding
        return (
          <li key={`${line}:${column} ${rule} ${message}`}>
            <UnstyledButton className="finding" onClick={() => onGoTo(finding)}>
              <Group gap="sm" wrap="nowrap" align="flex-start">
                <Badge
                  variant="outline"
                  tt="none"
                  color={severity === 'error' ? 'red' : 'yellow'}
                  miw={76}
                  flex="none"
                >
                  {severity}
                </Badge>
                <Text size="sm" ff="monospace" className="number" flex="none" miw={48}>
                  {line}:{column}
                </Text>
                <Text size="sm">
                  {message}
                  {fix !== undefined && ` — ${fix}`}{' '}
                  <Text span size="sm" c="dimmed">
                    ({rule})
                  </Text>
                </Text>
              </Group>
            </UnstyledButton>
          </li>
        )
      })}
    </ul>
  )
}
