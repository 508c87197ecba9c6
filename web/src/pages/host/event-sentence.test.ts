import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sentenceOf } from './event-sentence.ts'

const of = (type: string, data: Readonly<Record<string, unknown>>) =>
  sentenceOf({ time: 1, host: 'edge-1', type, data })

describe('events in sentences', () => {
  test.each([
    ['machine.power', { state: 'on', cause: 'asked' }, 'power on (asked)'],
    [
      'script.served',
      { action: 'wait', reason: 'no free place' },
      'it asked for its script and was told: wait: no free place',
    ],
    [
      'artifact.finished',
      { role: 'rootfs', bytes: 1_048_576, total: 1_048_576, rate: 2_097_152 },
      'rootfs: 1.0 MiB of 1.0 MiB sent, 2.0 MiB/s',
    ],
    [
      'artifact.aborted',
      { role: 'kernel', bytes: 512, total: 1024, reason: 'closed' },
      'kernel: broken off after 512 B of 1.0 KiB: closed',
    ],
    [
      'config.served',
      { bytes: 9, address: '192.0.2.1', inert: true },
      'it asked for its configuration again and got an empty one',
    ],
    ['probe.result', { probe: 'local-ui', ok: false }, 'probe local-ui: no answer'],
    ['phase.changed', { from: 'kernel', to: 'initrd' }, 'kernel → initrd'],
    ['something.new', { a: 1, b: { c: 2 } }, 'a 1, b {"c":2}'],
    ['artifact.finished', {}, 'undefined: ? of ? sent'],
  ])('%s %o', (type, data, sentence) => {
    expect(of(type, data)).toBe(sentence)
  })

  test('there is one for every type of the reference', () => {
    const reference = readFileSync(new URL('../../../../docs/reference/events.md', import.meta.url), 'utf8')
    const types = [...reference.matchAll(/^\| `([a-z]+\.[a-z]+)`/gm)].map(([, type]) => type ?? '')
    const marked = { marker: 'unlikely' }

    expect(types.length).toBeGreaterThan(15)
    // What is not known is told by its data, name and all.
    expect(types.filter((type) => of(type, marked).includes('marker unlikely'))).toEqual([])
  })
})
