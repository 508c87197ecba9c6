import { expect, test } from 'vitest'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { Failure } from '../../domain/failure.ts'
import { runSteps, type Step } from './steps.ts'

const good = (name: string): Finding => ({ name, verdict: 'good', detail: '' })

/** Finds one thing, and then whatever `end` does. */
function aStep(title: string, end: () => void = () => undefined): Step {
  return {
    title,
    async *examine() {
      yield good(`first of ${title}`)
      end()
    },
  }
}

async function run(steps: readonly Step[], signal = new AbortController().signal) {
  const begun: string[] = []
  const log = createRecordingLog()
  const findings: Finding[] = []
  for await (const finding of runSteps(steps, { begin: (title) => begun.push(title), log }, signal))
    findings.push(finding)
  return { begun, findings, log }
}

test('a step that fails is a finding, and the next ones are taken', async () => {
  const { begun, findings } = await run([
    aStep('clock', () => {
      throw new Failure('tool.missing', 'it is not here')
    }),
    aStep('disk', () => {
      throw new Error('odd')
    }),
    aStep('port'),
  ])

  expect(begun).toEqual(['clock', 'disk', 'port'])
  expect(findings).toEqual([
    good('first of clock'),
    { name: 'clock', verdict: 'bad', detail: 'it is not here' },
    good('first of disk'),
    { name: 'disk', verdict: 'bad', detail: 'odd' },
    good('first of port'),
  ])
})

test('who does not want it any more is heard', async () => {
  const end = new AbortController()
  const steps = [
    aStep('clock', () => {
      end.abort(new Error('enough'))
      end.signal.throwIfAborted()
    }),
    aStep('disk'),
  ]

  await expect(run(steps, end.signal)).rejects.toThrow('enough')
})
