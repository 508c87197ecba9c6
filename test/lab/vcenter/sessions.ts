import type { ManagedObject } from '../../../src/codec/vim25/reference.ts'
import { type Answer, faultAnswer } from './answer.ts'
import type { Step } from './lab-request.ts'

/** Sessions that the lab thinks good, by cookie. The simulator's own never end. */
export interface Sessions {
  open(cookie: string): void
  end(cookie: string): void
  /** As after a restart of the server, or a long time without calls. */
  endAll(): void
  readonly count: number
  /** Aborts when the session ends; `undefined` when there is none. */
  signal(cookie: string | undefined): AbortSignal | undefined
}

export function createSessions(): Sessions {
  const open = new Map<string, AbortController>()
  const end = (cookie: string): void => {
    open.get(cookie)?.abort()
    open.delete(cookie)
  }
  return {
    open: (cookie) => open.set(cookie, new AbortController()),
    end,
    endAll: () => {
      for (const cookie of [...open.keys()]) end(cookie)
    },
    get count() {
      return open.size
    },
    signal: (cookie) => (cookie === undefined ? undefined : open.get(cookie)?.signal),
  }
}

/** Calls that need no session (`System.Anonymous`). */
const ANONYMOUS = ['RetrieveServiceContent', 'Login']

/**
 * Answers `NotAuthenticated` where a real server does, and ends the waiting for updates of sessions and clients that
 * are gone, for the simulator goes on with it.
 */
export function sessionStep(
  sessions: Sessions,
  cancelWait: (cookie: string, collector: ManagedObject) => void,
): Step {
  return async (request, next) => {
    const { method, target, session = '', signal: clientGone } = request
    // A cookie from before would make the simulator refuse.
    const anonymous = { ...request, session: undefined }
    if (method === 'Login') {
      const answer = await next(anonymous)
      const cookie = answer.status === 200 ? cookieOf(answer) : undefined
      if (cookie !== undefined) sessions.open(cookie)
      return answer
    }
    if (ANONYMOUS.includes(method)) return next(anonymous)
    const ended = sessions.signal(session)
    if (!ended) return notAuthenticated(target)
    if (method === 'Logout') {
      sessions.end(session)
      return next(request)
    }
    if (method !== 'WaitForUpdatesEx') return next(request)
    const cancel = (): void => cancelWait(session, target)
    const gone = AbortSignal.any([ended, clientGone])
    gone.addEventListener('abort', cancel, { once: true })
    try {
      const answer = await next(request)
      return ended.aborted ? notAuthenticated(target) : answer
    } finally {
      gone.removeEventListener('abort', cancel)
    }
  }
}

/** Session cookie of a request's `Cookie` header (vSphere Web Services SDK, `vmware_soap_session`). */
export function readSessionCookie(header: string | undefined): string | undefined {
  return /(?:^|;\s*)vmware_soap_session="?([^";]+)/.exec(header ?? '')?.[1]
}

function cookieOf({ headers }: Answer): string | undefined {
  const header = headers['set-cookie']
  const first = typeof header === 'string' ? header : header?.[0]
  return readSessionCookie(first)
}

function notAuthenticated(object: ManagedObject): Answer {
  const message = 'The session is not authenticated.'
  return faultAnswer({
    type: 'NotAuthenticated',
    message,
    properties: { object, privilegeId: 'System.View' },
  })
}
