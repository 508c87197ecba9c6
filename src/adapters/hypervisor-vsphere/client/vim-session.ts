import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import { faultOfAnswer, isRefusal, VimRefusal } from '../../../codec/vim25/fault.ts'
import {
  currentTime,
  decodeServiceContent,
  decodeSessionKey,
  login,
  logout,
  retrieveServiceContent,
  type ServiceContent,
} from '../../../codec/vim25/service-calls.ts'
import { Failure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { VsphereSettings } from '../settings/vsphere-settings.ts'
import type { HttpsTransport } from './https-transport.ts'
import { exchange } from './soap-exchange.ts'

/** A session of the server. Objects made in it (views, collectors) end with it. */
export interface OpenSession {
  /** Grows with each login. */
  readonly generation: number
  readonly cookie: string
  readonly key: string
}

/** The session of one client: opened when it is first needed, and again when it has ended. */
export interface VimSession extends AsyncDisposable {
  content(signal: AbortSignal): Promise<ServiceContent>
  /** Logs in unless that was done. Failure `driver.login-refused`, once and for all. */
  open(signal: AbortSignal): Promise<OpenSession>
  /** The server knows this session no longer: the next `open` logs in again. */
  ended(session: OpenSession): void
  /** One call, as it is, in that session or in none. A fault is a VimRefusal. */
  perform(
    call: VimCall,
    options: {
      readonly doing: string
      readonly session?: OpenSession | undefined
      readonly waitsMs?: number
    },
    signal: AbortSignal,
  ): Promise<XmlElement>
}

/** Sessions end when nothing is asked for 30 minutes, where nobody has set another time. Milliseconds. */
const KEEP_ALIVE_MS = 5 * 60_000
const LOGOUT_MS = 3000

export function createVimSession(
  transport: HttpsTransport,
  settings: VsphereSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): VimSession {
  const { pathname } = new URL(settings.url)
  const closing = new AbortController()
  let content: ServiceContent | undefined
  let asking: Promise<ServiceContent> | undefined
  let current: OpenSession | undefined
  let opening: Promise<OpenSession> | undefined
  let refused: unknown
  let generation = 0

  const perform: VimSession['perform'] = async (call, { doing, session, waitsMs }, signal) => {
    const options = { cookie: session?.cookie, ...(waitsMs === undefined ? {} : { waitsMs }) }
    const { answer } = await exchange(transport, pathname, call, options, signal)
    if (answer.kind === 'fault') throw new VimRefusal(faultOfAnswer(answer.fault), doing)
    return answer.body
  }

  /** Asked once, for all who want to know. */
  async function readContent(signal: AbortSignal): Promise<ServiceContent> {
    if (content) return content
    asking ??= askContent().finally(() => {
      asking = undefined
    })
    return await unlessAborted(asking, signal)
  }

  async function askContent(): Promise<ServiceContent> {
    const options = { doing: `asking ${transport.address} what it is` }
    content = decodeServiceContent(await perform(retrieveServiceContent, options, closing.signal))
    return content
  }

  async function logIn(signal: AbortSignal): Promise<OpenSession> {
    const { sessionManager } = await readContent(signal)
    const call = login(sessionManager, settings.user, settings.password)
    const { answer, cookie } = await exchange(transport, pathname, call, { cookie: undefined }, signal)
    if (answer.kind === 'fault') {
      const refusal = new VimRefusal(
        faultOfAnswer(answer.fault),
        `logging in at ${transport.address} as ${settings.user}`,
      )
      // Another try with the same password could lock the account.
      if (isRefusal(refusal, 'InvalidLogin')) refused = refusal
      throw refusal
    }
    if (!cookie)
      throw new Failure('packet.malformed', `${transport.address} opens a session without a cookie`)
    generation += 1
    const session = { generation, cookie, key: decodeSessionKey(answer.body) }
    current = session
    log.debug({ server: transport.address, generation }, 'logged in at vSphere')
    return session
  }

  async function keepAlive(): Promise<void> {
    for (;;) {
      await clock.sleep(KEEP_ALIVE_MS, closing.signal)
      const session = current
      if (!session) continue
      try {
        await perform(currentTime, { doing: 'keeping the session', session }, closing.signal)
      } catch (error) {
        if (isRefusal(error, 'NotAuthenticated')) endSession(session)
        else log.debug({ err: error }, 'a session of vSphere could not be kept alive')
      }
    }
  }

  function endSession(session: OpenSession): void {
    if (current?.generation === session.generation) current = undefined
  }

  keepAlive().catch(() => undefined)

  return {
    content: readContent,
    perform,
    ended: endSession,
    open: async (signal) => {
      if (refused) throw refused
      if (current) return current
      // One login for all who wait for it; one of them giving up must not fail the others.
      opening ??= logIn(closing.signal).finally(() => {
        opening = undefined
      })
      return await unlessAborted(opening, signal)
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error('the connection is closed'))
      const session = current
      current = undefined
      if (!session || !content) return
      const call = logout(content.sessionManager)
      const limit = AbortSignal.timeout(LOGOUT_MS)
      await perform(call, { doing: 'logging out', session }, limit).catch((error: unknown) =>
        log.debug({ err: error }, 'a session of vSphere was left open'),
      )
    },
  }
}

/** The work goes on for others when this signal aborts, and its failure is dealt with all the same. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason)
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
