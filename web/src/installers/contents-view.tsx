import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  List,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core'
import type { ReactNode } from 'react'
import type { InstallerContents } from '../../../src/contract/installers.ts'
import { architectureProblem } from '../../../src/domain/machine-rules.ts'
import { Fact } from '../ui/fact.tsx'
import { WideTable } from '../ui/wide-table.tsx'
import { bytesInWords } from '../ui/words.ts'

interface ContentsViewProps {
  readonly contents: InstallerContents
  /** Digests of what is inside are made for those alone. */
  readonly isRegistered: boolean
}

/** What is inside an ISO: what may go wrong first. */
export function ContentsView({ contents, isRegistered }: ContentsViewProps) {
  const { family, volumeLabel, architecture, sizeBytes, kernelSigned, isoPath } = contents
  return (
    <Stack gap="md">
      <WarningsAlert warnings={warningsOf(contents)} />
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="md" verticalSpacing="xs" component="dl" m={0}>
        <Fact name="family">{family}</Fact>
        <Fact name="volume label">{volumeLabel}</Fact>
        <Fact name="architecture">{architecture}</Fact>
        <Fact name="size">{bytesInWords(sizeBytes)}</Fact>
        <Fact name="kernel for Secure Boot">{signedInWords(kernelSigned)}</Fact>
        <Fact name="ISO">{isoPath}</Fact>
      </SimpleGrid>
      <ArtifactsTable artifacts={contents.artifacts} hasDigests={isRegistered} />
      <Part title="Kernel arguments">
        {contents.kernelArguments.length > 0 ? (
          <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {contents.kernelArguments.join(' ')}
          </Code>
        ) : (
          <Text size="sm">The ISO’s boot entry has none of its own.</Text>
        )}
      </Part>
      <Part title="Built into the ISO, not carried along by a netboot">
        {contents.builtInFiles.length > 0 ? (
          <List size="sm">
            {contents.builtInFiles.map(({ path, sizeBytes: size }) => (
              <List.Item key={path} style={{ overflowWrap: 'anywhere' }}>
                <Code>{path}</Code> {bytesInWords(size)}
              </List.Item>
            ))}
          </List>
        ) : (
          <Text size="sm">Nothing.</Text>
        )}
      </Part>
    </Stack>
  )
}

/** What is found inside, and what the machines that are made here cannot do with it. */
function warningsOf({ warnings, architecture }: InstallerContents): readonly string[] {
  const unfit = architecture === 'arm64' ? architectureProblem(architecture) : undefined
  return unfit === undefined ? warnings : [...warnings, `This ISO ${unfit}`]
}

/** What to know of an ISO before a host is installed from it. */
function WarningsAlert({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <Alert color="yellow" title={warnings.length === 1 ? 'One warning' : `${warnings.length} warnings`}>
      <List size="sm">
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  )
}

interface ArtifactsTableProps extends Pick<InstallerContents, 'artifacts'> {
  readonly hasDigests: boolean
}

function ArtifactsTable({ artifacts, hasDigests }: ArtifactsTableProps) {
  return (
    <Part title="What hosts are sent">
      <WideTable label="What hosts are sent" minWidth={hasDigests ? 560 : 320} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Role</Table.Th>
            <Table.Th>Path in the ISO</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            {hasDigests && <Table.Th>SHA-256</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {artifacts.map(({ role, path, sizeBytes, sha256 }) => (
            <Table.Tr key={role}>
              <Table.Td fw={600}>{role}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{path}</Table.Td>
              <Table.Td ta="right" className="number" style={{ whiteSpace: 'nowrap' }}>
                {bytesInWords(sizeBytes)}
              </Table.Td>
              {hasDigests && (
                <Table.Td>
                  <Digest sha256={sha256} of={role} />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </Part>
  )
}

/** The beginning of a digest, which is enough to tell two apart, and all of it to copy. */
function Digest({ sha256, of }: { readonly sha256: string | undefined; readonly of: string }) {
  if (sha256 === undefined) return <Text size="sm">not known yet</Text>
  return (
    <Group gap="xs" wrap="nowrap">
      <Code title={sha256}>{sha256.slice(0, 12)}…</Code>
      <CopyButton value={sha256}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            mih={24}
            variant="default"
            onClick={copy}
            aria-label={`Copy SHA-256 of ${of}`}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={4} component="section">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  )
}

function signedInWords(isSigned: boolean | undefined): string {
  if (isSigned === undefined) return 'no EFI file'
  return isSigned ? 'signed' : 'not signed'
}
