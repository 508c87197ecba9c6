import { Alert, List, Stack, Table, Text } from '@mantine/core'
import type { InstallerContents } from '../../../../src/contract/installers.ts'
import { architectureProblem } from '../../../../src/domain/machine-rules.ts'
import { WideTable } from '../../ui/wide-table.tsx'
import { bytesInWords } from '../../ui/words.ts'

/** What is inside an ISO, what may go wrong with it first. */
export function ContentsPanel({ contents }: { readonly contents: InstallerContents }) {
  const { family, architecture, volumeLabel, sizeBytes, kernelSigned, artifacts } = contents
  const unfit = architecture === 'arm64' ? architectureProblem(architecture) : undefined
  const warnings = [...contents.warnings, ...(unfit === undefined ? [] : [`This ISO ${unfit}`])]
  const facts: readonly string[] = [
    family,
    architecture,
    `label ${volumeLabel}`,
    bytesInWords(sizeBytes),
    ...(kernelSigned === undefined ? [] : [kernelSigned ? 'kernel signed' : 'kernel not signed']),
  ]
  return (
    <Stack gap="xs" component="section" aria-label="What is inside">
      {warnings.length > 0 && (
        <Alert color="yellow" title="To be known about this ISO">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Text size="sm">{facts.join(' · ')}</Text>
      <WideTable label="Files a netboot takes" minWidth={420} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What for</Table.Th>
            <Table.Th>File</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {artifacts.map(({ role, path, sizeBytes: size }) => (
            <Table.Tr key={role}>
              <Table.Td>{role}</Table.Td>
              <Table.Td ff="monospace">{path}</Table.Td>
              <Table.Td ta="right" className="number">
                {bytesInWords(size)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </Stack>
  )
}
