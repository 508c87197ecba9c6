import { expect, test } from 'vitest'
import { aSpec } from '../../test/support/a-host.ts'
import { newLife } from '../domain/life.ts'
import { parseReadyProbe } from '../domain/ready-probe.ts'
import type { Uuid } from '../domain/uuid.ts'
import { checkReady, type ReadyCheckDependencies } from './ready-check.ts'

const machine = { name: 'edge-1', spec: aSpec(), endpoint: () => undefined }
const life = { ...newLife(1000), since: 5000 }
const nobody = async () => ({ ok: false, detail: 'nobody' })
const prober = { tcp: nobody, tls: nobody, http: nobody }
const palette = parseReadyProbe('palette')
const signal = () => new AbortController().signal

function verdictOf(registration: ReadyCheckDependencies['registration'], until = signal()) {
  const dependencies = { prober, registration, identity: { siteName: 'store-1' } }
  return checkReady(palette, life, machine, dependencies, until)
}

test('a host is ready by the probe palette when its registration says so', async () => {
  const asked: unknown[] = []
  const look = async (...given: unknown[]) => {
    asked.push(given.slice(0, 2))
    return { ok: true, reason: 'ready and healthy' }
  }

  expect(await verdictOf({ look })).toEqual({ probe: 'palette', ok: true, detail: 'ready and healthy' })
  expect(asked).toEqual([[{ name: 'edge-1', uuid: machine.spec.uuid, siteName: 'store-1' }, 5000]])
})

test('a machine that is not ours is looked for by the UUID it has to have, or else says it has', async () => {
  const asked: unknown[] = []
  const look = async ({ uuid }: { readonly uuid?: unknown }) => {
    asked.push(uuid)
    return { ok: false, reason: '' }
  }
  const others = { name: 'box', endpoint: () => undefined }
  const [told, wished] = ['1', '2'].map((end) => `00000000-0000-4000-8000-00000000000${end}` as Uuid)
  const lifeOfBox = { ...life, ...(told ? { uuid: told } : {}) }

  for (const identity of [undefined, wished ? { uuid: wished } : undefined]) {
    await checkReady(palette, lifeOfBox, others, { prober, registration: { look }, identity }, signal())
  }

  expect(asked).toEqual([told, wished])
})

test('a look that is stopped is no answer, and no error', async () => {
  const stopped = AbortSignal.abort(new Error('enough'))
  const look = async (_host: unknown, _since: number, until: AbortSignal) => {
    until.throwIfAborted()
    return { ok: true, reason: '' }
  }

  expect(await verdictOf({ look }, stopped)).toEqual({ probe: 'palette', ok: false, detail: 'stopped' })
})

test('without a key the probe says so', async () => {
  expect(await verdictOf(undefined)).toMatchObject({ ok: false, detail: expect.stringContaining('API key') })
})
