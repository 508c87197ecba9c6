import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import { createSilentLog } from '../../../../test/support/silent-log.ts'
import { Failure } from '../../../domain/failure.ts'
import type { HttpsTransport } from './https-transport.ts'
import { createVimSession } from './vim-session.ts'

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const PARTS = [
  'rootFolder',
  'sessionManager',
  'propertyCollector',
  'viewManager',
  'searchIndex',
  'fileManager',
]
const SETTINGS = {
  url: 'https://vc.example/sdk',
  user: 'root',
  password: 'geheim',
  trust: { kind: 'none' },
  defaults: {},
} as const

type Reply = { readonly body: string; readonly status?: number; readonly cookie?: string }

/** A server that answers methods by name; unless told otherwise it knows how to log in and out. */
function aServer(given: Readonly<Record<string, () => Reply | Promise<Reply>>> = {}) {
  const asked: string[] = []
  const cookies: (string | undefined)[] = []
  let logins = 0
  const content = `<returnval><about/>${PARTS.map((name) => `<${name} type="T">${name}</${name}>`).join('')}</returnval>`
  const usual: Readonly<Record<string, () => Reply>> = {
    RetrieveServiceContent: () => ({ body: `<R>${content}</R>` }),
    Login: () => {
      logins += 1
      const cookie = `vmware_soap_session="s-${logins}"; Path=/; HttpOnly`
      return { body: `<R><returnval><key>key-${logins}</key></returnval></R>`, cookie }
    },
  }
  const transport: HttpsTransport = {
    address: 'vc.example:443',
    localAddress: () => undefined,
    send: async ({ body, headers }, signal) => {
      signal.throwIfAborted()
      const method = /<soapenv:Body><(\w+)/.exec(String(body))?.[1] ?? ''
      asked.push(method)
      cookies.push(headers['cookie'])
      await new Promise((resolve) => setImmediate(resolve))
      const reply: Reply = await (given[method] ?? usual[method] ?? (() => ({ body: '<R/>' })))()
      signal.throwIfAborted()
      const text = `<e:Envelope xmlns:e="${SOAP}"><e:Body>${reply.body}</e:Body></e:Envelope>`
      const response = Readable.from([Buffer.from(text)])
      const extra = {
        statusCode: reply.status ?? 200,
        headers: reply.cookie ? { 'set-cookie': [reply.cookie] } : {},
      }
      return Object.assign(response, extra) as never
    },
    [Symbol.dispose]: () => undefined,
  }
  return { transport, asked, cookies }
}

const fault = (type: string): Reply => ({
  status: 500,
  body: `<e:Fault><faultstring>no</faultstring><detail><${type}Fault/></detail></e:Fault>`,
})
const signal = AbortSignal.timeout(30_000)

/** Sleeps of the session end when they are told to. */
function aClock() {
  const clock = createFakeClock()
  let wake = (): void => undefined
  return {
    clock: {
      ...clock,
      sleep: (_: number, until?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          wake = resolve
          until?.addEventListener('abort', () => reject(until.reason), { once: true })
        }),
    },
    wake: () => wake(),
  }
}

function aSession(server: ReturnType<typeof aServer>) {
  const { clock, wake } = aClock()
  const session = createVimSession(server.transport, SETTINGS, { clock, log: createSilentLog() })
  return { session, wake }
}

/** Everything that is ready to run goes first, as it does while a server answers. */
const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a session', () => {
  test('is opened once for all who want it, and its cookie is sent as it came', async () => {
    const server = aServer()
    const { session } = aSession(server)
    const [one, other] = await Promise.all([session.open(signal), session.open(signal)])

    expect(one).toBe(other)
    expect(server.asked).toEqual(['RetrieveServiceContent', 'Login'])
    expect(one).toMatchObject({ cookie: 'vmware_soap_session="s-1"', key: 'key-1' })
    await session[Symbol.asyncDispose]()
    expect(server.asked.at(-1)).toBe('Logout')
    expect(server.cookies.at(-1)).toBe('vmware_soap_session="s-1"')
  })

  test('that has ended is opened once more; word of an older one ends nothing', async () => {
    const { session } = aSession(aServer())
    const first = await session.open(signal)
    session.ended(first)
    const second = await session.open(signal)
    session.ended(first)

    expect(second.generation).toBe(2)
    expect(await session.open(signal)).toBe(second)
    await session[Symbol.asyncDispose]()
  })

  test('with a wrong password is refused once and for all, without another try', async () => {
    const server = aServer({ Login: () => fault('InvalidLogin') })
    const { session } = aSession(server)
    for (let turn = 0; turn < 3; turn += 1) {
      const error = await session.open(signal).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'driver.login-refused' })
      expect(String(error)).not.toContain('geheim')
    }
    expect(server.asked.filter((method) => method === 'Login')).toHaveLength(1)
    await session[Symbol.asyncDispose]()
  })

  test('is asked for again after it could not be opened for another reason', async () => {
    let cut = true
    const server = aServer({
      RetrieveServiceContent: () => {
        if (cut) throw new Failure('driver.unreachable', 'cut', { sent: false })
        return { body: '<R><returnval/></R>' }
      },
    })
    const { session } = aSession(server)
    await expect(session.open(signal)).rejects.toMatchObject({ code: 'driver.unreachable' })
    cut = false
    await expect(session.open(signal)).rejects.toMatchObject({ code: 'packet.malformed' })
    await session[Symbol.asyncDispose]()
  })

  test('goes on being opened for the others when one gives up', async () => {
    const { session } = aSession(aServer())
    const end = new AbortController()
    const impatient = session.open(end.signal)
    const patient = session.open(signal)
    end.abort(new Error('enough'))

    await expect(impatient).rejects.toThrow('enough')
    expect((await patient).generation).toBe(1)
    await session[Symbol.asyncDispose]()
  })

  test('that fails to open is nobody’s unhandled failure when whoever asked had given up already', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const server = aServer({
        RetrieveServiceContent: () => {
          throw new Failure('driver.unreachable', 'cut', { sent: false })
        },
      })
      const { session } = aSession(server)
      const aborted = AbortSignal.abort(new Error('enough'))
      await expect(session.open(aborted)).rejects.toThrow('enough')
      await expect(session.content(aborted)).rejects.toThrow('enough')
      await soon()
      await session[Symbol.asyncDispose]()
      await soon()
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })

  test('is kept alive, and known to have ended when the server says so', async () => {
    let replies: Reply = { body: '<R><returnval>2026-01-01T00:00:00Z</returnval></R>' }
    const server = aServer({ CurrentTime: () => replies })
    const { session, wake } = aSession(server)
    const first = await session.open(signal)
    wake()
    await soon()
    expect(server.asked.at(-1)).toBe('CurrentTime')
    expect(await session.open(signal)).toBe(first)

    replies = fault('NotAuthenticated')
    wake()
    await soon()
    expect((await session.open(signal)).generation).toBe(2)
    await session[Symbol.asyncDispose]()
  })

  test('is not opened any more once it was closed, and nothing is logged out that was not logged in', async () => {
    const server = aServer()
    const { session } = aSession(server)
    await session[Symbol.asyncDispose]()

    await expect(session.open(signal)).rejects.toThrow('closed')
    expect(server.asked).toEqual([])
  })
})
