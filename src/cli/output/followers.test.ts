import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { aHost } from '../../../test/support/a-host.ts'
import type { HostEvent } from '../../domain/event.ts'
import { newLife } from '../../domain/life.ts'
import { createLiveFollower } from './live-follower.ts'
import { createPlainFollower } from './plain-follower.ts'

const host = aHost()
const life = newLife(0)
const stalled: HostEvent = {
  host: host.name,
  time: 0,
  type: 'host.stalled',
  data: { phase: 'script', forMs: 180_000, diagnosis: 'no route' },
}

test('plain lines tell each piece of news once, with the time since the start', () => {
  const lines: string[] = []
  let now = 0
  const follower = createPlainFollower(
    (line) => lines.push(line),
    () => now,
  )
  const rootfs = (bytes: number) =>
    ({
      host: host.name,
      time: 0,
      type: 'artifact.progress',
      data: { role: 'rootfs', bytes, total: 100 },
    }) as const
  const downloading = (bytes: number) => ({
    ...life,
    phase: 'rootfs' as const,
    transfers: { rootfs: { bytes, total: 100, rate: 1, startedAt: 0, attempts: 1 } },
  })

  follower.note('hello')
  now = 1500
  for (const bytes of [1, 10, 11, 19, 20]) follower.event(rootfs(bytes), host, downloading(bytes))
  follower.event(stalled, host, life)

  expect(lines).toEqual([
    '    0.0s  hello',
    expect.stringMatching(/^ {4}1\.5s {2}\S+ {2}rootfs 10 % of/),
    expect.stringMatching(/^ {4}1\.5s {2}\S+ {2}rootfs 20 % of/),
    expect.stringMatching(/stalled in script for 3 min 00 s: no route$/),
  ])
})

test('plain lines tell how a host stands when that is news, however often somebody looks', () => {
  const lines: string[] = []
  const follower = createPlainFollower(
    (line) => lines.push(line.slice(10)),
    () => 0,
  )

  for (const _look of [1, 2]) follower.host(host, life, { waitsFor: 'waits for a free place' })
  follower.event(
    { host: host.name, time: 0, type: 'phase.changed', data: { from: 'defined', to: 'script' } },
    host,
    { ...life, phase: 'script' },
  )
  follower.host(host, { ...life, phase: 'script' })
  for (const _look of [1, 2]) follower.host(host, { ...life, phase: 'ready' })
  follower.gone(host.name)

  expect(lines).toEqual([
    `${host.name}  waits for a free place`,
    `${host.name}  script`,
    `${host.name}  ready`,
    `${host.name}  is gone`,
  ])
})

test('the live list writes to its own terminal, keeps notes above and leaves the last state', () => {
  const written: string[] = []
  const terminal = Object.assign(new PassThrough(), { columns: 100, rows: 20, isTTY: true })
  terminal.setEncoding('utf8').on('data', (text: string) => written.push(text))
  const follower = createLiveFollower(terminal as unknown as NodeJS.WriteStream, { now: () => 0 })

  follower.host(host, life)
  follower.note('boot server on 127.0.0.1:8080')
  follower.event(stalled, host, { ...life, phase: 'script' })
  follower.close()

  const screen = written.join('')
  expect(screen).toContain('boot server on 127.0.0.1:8080\n')
  expect(screen).toContain(`▸ ${host.name}  script for`)
  expect(screen).toContain('stalled in script for 3 min 00 s: no route')
  expect(screen).toContain('1 host: 1 script')
})

test('plain lines tell why a host does not get on once, from whichever way it comes', () => {
  const lines: string[] = []
  const follower = createPlainFollower(
    (line) => lines.push(line.slice(10)),
    () => 0,
  )
  const diagnosis = {
    rule: 'kernel-not-asked',
    seen: 'no kernel',
    cause: 'no route',
    check: ['the route', 'more'],
  }
  const script = { ...life, phase: 'script' as const }

  for (const _look of [1, 2]) follower.host(host, script, { diagnosis })
  follower.event(
    {
      ...stalled,
      data: { phase: 'script', forMs: 60_000, diagnosis: 'again', rule: 'download-stopped' },
    } as HostEvent,
    host,
    script,
  )
  follower.host(host, script, { diagnosis: { ...diagnosis, rule: 'download-stopped' } })

  expect(lines).toEqual([
    `${host.name}  stuck in script (kernel-not-asked): no kernel; likely: no route; check: the route`,
    `${host.name}  stalled in script for 1 min 00 s: again`,
  ])
})

test('plain lines say when the server is away and when it is there again', () => {
  const lines: string[] = []
  const follower = createPlainFollower(
    (line) => lines.push(line.slice(10)),
    () => 0,
  )

  follower.away()
  follower.away('nobody answers')
  follower.away()
  follower.away()

  expect(lines).toEqual(['nobody answers', 'the server is there again'])
})
