import { Badge, Button, Code, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { InstallerView } from '../../../../src/contract/installers.ts'
import { useMay } from '../../api/session.ts'
import { WideTable } from '../../ui/wide-table.tsx'
import { bytesInWords } from '../../ui/words.ts'

interface InstallersTableProps {
  readonly installers: readonly InstallerView[]
  readonly onRemove: (name: string) => void
}

/** Registered ISOs, each a link to what is inside. */
export function InstallersTable({ installers, onRemove }: InstallersTableProps) {
  return (
    <WideTable label="Installers" minWidth={760} verticalSpacing="xs" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Family</Table.Th>
          <Table.Th ta="right">Size</Table.Th>
          <Table.Th style={{ whiteSpace: 'nowrap' }}>SHA-256</Table.Th>
          <Table.Th>ISO</Table.Th>
          <Table.Th>Warnings</Table.Th>
          <Table.Th>
            <Text span inherit className="visually-hidden">
              Actions
            </Text>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {installers.map((installer) => (
          <InstallerRow
            key={installer.name}
            installer={installer}
            onRemove={() => onRemove(installer.name)}
          />
        ))}
      </Table.Tbody>
    </WideTable>
  )
}

interface InstallerRowProps {
  readonly installer: InstallerView
  readonly onRemove: () => void
}

function InstallerRow({ installer, onRemove }: InstallerRowProps) {
  const { name, family, sizeBytes, sha256, isoPath, warnings } = installer
  const mayRemove = useMay('admin')
  return (
    <Table.Tr>
      <Table.Td fw={600} miw={140} style={{ overflowWrap: 'break-word' }}>
        <Link to="/installers" search={{ name }}>
          {name}
        </Link>
      </Table.Td>
      <Table.Td>{family}</Table.Td>
      <Table.Td ta="right" className="number" style={{ whiteSpace: 'nowrap' }}>
        {sizeBytes > 0 ? bytesInWords(sizeBytes) : '–'}
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        {sha256 === undefined ? 'not checked' : <Code title={sha256}>{sha256.slice(0, 12)}…</Code>}
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{isoPath}</Table.Td>
      <Table.Td>
        {warnings.length === 0 ? (
          'none'
        ) : (
          <Badge
            color="yellow"
            variant="light"
            tt="none"
            style={{ flexShrink: 0, minWidth: 'max-content' }}
            title={warnings.join('\n')}
          >
            {warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}
          </Badge>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-sm"
          variant="default"
          disabled={!mayRemove}
          title={mayRemove ? undefined : 'it needs the role admin'}
          onClick={onRemove}
          aria-label={`Remove ${name}`}
        >
          Remove
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}
