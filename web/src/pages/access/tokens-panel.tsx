import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TokenView } from '../../../../src/contract/access.ts'
import { revokeToken, tokensQuery } from '../../api/access.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useNow } from '../../ui/use-now.ts'
import { WideTable } from '../../ui/wide-table.tsx'
import { timeInWords } from '../../ui/words.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import { inOrder, statusOf, type TokenStatus } from './token-status.ts'

const COLORS: Readonly<Record<TokenStatus, string>> = {
  'in force': 'green',
  expired: 'gray',
  revoked: 'gray',
}

/** All tokens, and making and revoking them. */
export function TokensPanel() {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(tokensQuery)
  const [isCreating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<string>()
  const now = useNow(60_000)
  const refresh = () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey })
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Scripts send a token as “Authorization: Bearer …”; people log in with one.
        </Text>
        <Button onClick={() => setCreating(true)}>Create token</Button>
      </Group>
      {error && (
        <ProblemAlert title="The tokens cannot be shown" error={error} retry={() => void refetch()} />
      )}
      <WideTable label="Tokens" minWidth={640} verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Created</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>
              <Text span inherit className="visually-hidden">
                Actions
              </Text>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inOrder(data?.items ?? [], now).map((token) => (
            <TokenRow key={token.id} token={token} now={now} onRevoke={() => setRevoking(token.name)} />
          ))}
        </Table.Tbody>
      </WideTable>
      <CreateTokenDialog isOpen={isCreating} onClose={() => setCreating(false)} onCreated={refresh} />
      <ConfirmDialog
        isOpen={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke token ${revoking}?`}
        deed="Revoke"
        isDestructive
        onConfirm={async () => {
          if (revoking !== undefined) await revokeToken(revoking)
          await refresh()
        }}
      >
        <Text size="sm">Whoever uses it is shut out at once, sessions in browsers included.</Text>
      </ConfirmDialog>
    </Stack>
  )
}

interface TokenRowProps {
  readonly token: TokenView
  readonly now: number
  readonly onRevoke: () => void
}

function TokenRow({ token, now, onRevoke }: TokenRowProps) {
  const status = statusOf(token, now)
  const { name, role, createdAt, expiresAt, lastUsedAt } = token
  return (
    <Table.Tr>
      <Table.Td fw={600}>{name}</Table.Td>
      <Table.Td>{role}</Table.Td>
      <Table.Td>
        <Badge color={COLORS[status]} variant="light" tt="none">
          {status}
        </Badge>
      </Table.Td>
      <Table.Td className="number">{timeInWords(createdAt)}</Table.Td>
      <Table.Td className="number">{expiresAt === undefined ? 'never' : timeInWords(expiresAt)}</Table.Td>
      <Table.Td>{lastUsedAt === undefined ? 'never' : <TimeAgo at={lastUsedAt} />}</Table.Td>
      <Table.Td ta="right">
        {status !== 'revoked' && (
          <Button size="compact-sm" variant="default" onClick={onRevoke} aria-label={`Revoke ${name}`}>
            Revoke
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
