import { Progress, Table, Text } from '@mantine/core'
import { PHASE_COLORS } from '../../app/theme.ts'
import { WideTable } from '../../ui/wide-table.tsx'
import { bytesInWords, clockInWords, durationInWords, rateInWords } from '../../ui/words.ts'
import type { ShownStep } from './boot-steps.ts'

/** The phases of a boot with their times, as bars on one scale; a mark stands where the usual time ends. */
export function BootTimeline({ steps }: { readonly steps: readonly ShownStep[] }) {
  const longest = Math.max(1, ...steps.flatMap(({ durationMs = 0, usualMs = 0 }) => [durationMs, usualMs]))
  return (
    <WideTable label="Phases of the boot" minWidth={440} verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={90}>Phase</Table.Th>
          <Table.Th w={125} visibleFrom="sm">
            Began
          </Table.Th>
          <Table.Th w={105}>Time</Table.Th>
          <Table.Th w={105} visibleFrom="sm">
            Usually
          </Table.Th>
          <Table.Th>
            <span className="visually-hidden">Time as a bar</span>
          </Table.Th>
          <Table.Th w={{ base: 140, sm: 230 }}>Sent</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {steps.map((step) => (
          <StepRow key={step.phase} step={step} longest={longest} />
        ))}
      </Table.Tbody>
    </WideTable>
  )
}

function StepRow({ step, longest }: { readonly step: ShownStep; readonly longest: number }) {
  const { phase, state, at, durationMs, usualMs, comparison } = step
  return (
    <Table.Tr aria-current={state === 'now' ? 'step' : undefined} data-state={state}>
      <Table.Td>
        <Text size="sm" fw={state === 'now' ? 700 : 400} {...(state === 'to-come' ? { c: 'dimmed' } : {})}>
          {phase}
        </Text>
      </Table.Td>
      <Table.Td className="number one-line" visibleFrom="sm">
        {at === undefined ? '' : clockInWords(at)}
      </Table.Td>
      <Table.Td className="number">{timeOf(step)}</Table.Td>
      <Table.Td className="number" visibleFrom="sm">
        {usualMs === undefined ? '' : durationInWords(usualMs)}
      </Table.Td>
      <Table.Td>
        <div style={{ position: 'relative' }} aria-hidden>
          <Progress
            value={(100 * (durationMs ?? 0)) / longest}
            color={PHASE_COLORS[phase]}
            striped={state === 'now'}
            size="lg"
          />
          {usualMs !== undefined && <UsualMark at={usualMs / longest} />}
        </div>
        {comparison !== undefined && (
          <Text size="xs" c="dimmed">
            {comparison}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="number">
        {sentOf(step)}
        {step.sentComparison !== undefined && (
          <Text size="xs" c="dimmed">
            {step.sentComparison}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function UsualMark({ at }: { readonly at: number }) {
  return (
    <div
      style={{
        position: 'absolute',
        top: -3,
        bottom: -3,
        left: `${Math.min(100, at * 100)}%`,
        width: 2,
        background: 'var(--mantine-color-text)',
      }}
    />
  )
}

function timeOf({ state, durationMs }: ShownStep): string {
  if (durationMs !== undefined) return durationInWords(durationMs)
  return state === 'to-come' ? '' : 'reached'
}

function sentOf({ bytes, total, rate }: ShownStep): string {
  if (bytes === undefined) return ''
  const speed = rate === undefined || rate === 0 ? '' : `, ${rateInWords(rate)}`
  if (total === undefined || bytes === total) return `${bytesInWords(bytes)}${speed}`
  const share = total > 0 ? ` (${Math.floor((100 * bytes) / total)} %)` : ''
  return `${bytesInWords(bytes)} of ${bytesInWords(total)}${share}${speed}`
}
