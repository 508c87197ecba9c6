import type { InspectedInstaller } from '../../app/installer.ts'
import { printable } from '../../domain/printable.ts'
import { formatBytes } from '../../domain/size.ts'
import { formatTable } from './table.ts'

/** What is in an ISO, for people. Names, label and arguments are those of whoever made the ISO. */
export function formatInstaller(found: InspectedInstaller): string {
  const { path, family, volumeLabel, architecture, sizeBytes } = found
  const rows = found.artifacts.map((artifact) => [
    artifact.role,
    artifact.path,
    formatBytes(artifact.sizeBytes),
    artifact.extents.map(({ offsetBytes }) => offsetBytes).join(' '),
    artifact.sha256 ?? '',
  ])
  const header = ['ARTIFACT', 'PATH', 'SIZE', 'AT BYTE', found.artifacts[0]?.sha256 ? 'SHA-256' : '']
  const notes = [
    `kernel arguments of its own menu: ${found.kernelArguments.join(' ') || '(none found)'}`,
    ...found.builtInFiles.map((file) => `built in: ${file.path} (${formatBytes(file.sizeBytes)})`),
    ...found.warnings.map((warning) => `warning: ${warning}`),
  ]
  const title = `${path}: ${family} installer, label ${volumeLabel}, ${architecture}, ${formatBytes(sizeBytes)}`
  return [printable(title), '', formatTable(header, rows), '', ...notes.map(printable), ''].join('\n')
}
