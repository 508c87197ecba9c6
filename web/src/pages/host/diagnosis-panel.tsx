import { Accordion, Alert, Code, List, Stack, Text } from '@mantine/core'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { diagnosisLink } from '../../../../src/domain/diagnosis/diagnosis.ts'
import { guideSection } from './guide-section.ts'

/** Why it does not get on, what it waits for, or why it was given up. */
export function DiagnosisPanel({ host }: { readonly host: HostView }) {
  const { diagnosis, failure, waitsFor } = host
  return (
    <>
      {failure && (
        <Alert color="red" title={`Given up in phase ${failure.phase}`} role="alert">
          <Text size="sm">{failure.reason}</Text>
        </Alert>
      )}
      {diagnosis && (
        <Alert
          color="orange"
          variant="outline"
          title="Why it is stuck"
          role="region"
          aria-label="Why it is stuck"
        >
          <Stack gap="xs">
            <Text size="sm">
              <b>Seen:</b> {diagnosis.seen}
            </Text>
            <Text size="sm">
              <b>Likely cause:</b> {diagnosis.cause}
            </Text>
            <Text size="sm" fw={700}>
              What to check:
            </Text>
            <List size="sm" type="ordered">
              {diagnosis.check.map((step) => (
                <List.Item key={step}>{step}</List.Item>
              ))}
            </List>
            <GuideText rule={diagnosis.rule} />
          </Stack>
        </Alert>
      )}
      {waitsFor !== undefined && !diagnosis && !failure && (
        <Alert color="blue" title="It waits">
          <Text size="sm">It waits for {waitsFor}.</Text>
        </Alert>
      )}
    </>
  )
}

/** What the guide says about it, on machines without any other network as well. */
function GuideText({ rule }: { readonly rule: string }) {
  const paragraphs = guideSection(rule)
  if (paragraphs.length === 0) return null
  return (
    <Accordion variant="contained">
      <Accordion.Item value="guide">
        <Accordion.Control>More about “{rule}”</Accordion.Control>
        <Accordion.Panel>
          {paragraphs.map((pieces) => (
            <Text size="sm" key={pieces.map(({ text }) => text).join('')}>
              {pieces.map(({ text, isCode }) =>
                isCode ? <Code key={text}>{text}</Code> : <span key={text}>{text}</span>,
              )}
            </Text>
          ))}
          <Text size="xs" c="dimmed" mt="xs">
            {diagnosisLink(rule)}
          </Text>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
