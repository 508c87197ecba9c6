import { describe, expect, test } from 'vitest'
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

describe('the probe', () => {
  const forwarded = {
    name: 'edge-1',
    spec: aSpec(),
    endpoint: (port: number) => ({ host: '127.0.0.1', port: port + 30_000 }),
  }
  const known = { ...life, address: '192.0.2.7' }

  /** What is asked over the network, and whether it answers. */
  async function asked(
    text: string,
    at: Partial<typeof known> = known,
    on: Parameters<typeof checkReady>[2] = machine,
  ) {
    const questions: string[] = []
    const note = async (...question: readonly unknown[]) => {
      questions.push(question.filter((part) => typeof part !== 'object').join(' '))
      return { ok: true, detail: 'answered' }
    }
    const dependencies = { prober: { tcp: note, tls: note, http: note } }
    const host = { ...life, ...at }
    const { ok, detail } = await checkReady(parseReadyProbe(text), host, on, dependencies, signal())
    return { ok, detail, questions }
  }

  test.each([
    ['tcp:22', '192.0.2.7 22'],
    ['local-ui', '192.0.2.7 5080'],
    ['auto', '192.0.2.7 5080'],
    ['https://{ip}/x', 'https://192.0.2.7:443/x'],
    ['http://{ip}:8080?of={ip}', 'http://192.0.2.7:8080?of=192.0.2.7'],
    ['https://monitor.example/up?host={ip}', 'https://monitor.example/up?host=192.0.2.7'],
    ['https://monitor.example/up', 'https://monitor.example/up'],
  ])('%s asks %s', async (text, question) => {
    expect(await asked(text)).toEqual({ ok: true, detail: 'answered', questions: [question] })
  })

  test.each([
    ['tcp:22', '127.0.0.1 30022'],
    ['local-ui', '127.0.0.1 35080'],
    ['http://{ip}:8080/', 'http://127.0.0.1:38080/'],
  ])('%s goes through the port that is forwarded, where there is one', async (text, question) => {
    expect((await asked(text, known, forwarded)).questions).toEqual([question])
  })

  test('puts an IPv6 address into brackets', async () => {
    expect((await asked('http://{ip}/', { address: '2001:db8::7' })).questions).toEqual([
      'http://[2001:db8::7]:80/',
    ])
  })

  test.each(['tcp:22', 'local-ui', 'auto', 'http://{ip}/', 'https://monitor.example/?host={ip}'])(
    '%s asks nobody as long as the address of the host is not known',
    async (text) => {
      expect(await asked(text, {})).toEqual({
        ok: false,
        detail: expect.stringContaining('not known'),
        questions: [],
      })
    },
  )

  test.each(['auto', 'phone-home'])('%s is content with what the host itself reported', async (text) => {
    expect(await asked(text, { diskBootTold: true })).toMatchObject({ ok: true, questions: [] })
  })
})

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
