import type { Authenticator, Identity } from '../ports/authenticator.ts'
import type { Access, Authentication } from './access.ts'

/** Access as the control listener asks for it. */
export function createAuthenticator({
  authenticate,
  recognise,
}: Pick<Access, 'authenticate' | 'recognise'>): Authenticator {
  return {
    authenticate: async (token) => identityOf(await authenticate(token)),
    admit: async (token) => {
      const answer = await authenticate(token)
      return answer.outcome === 'granted' ? answer.hash : undefined
    },
    recognise: async (tokenHash) => identityOf(await recognise(tokenHash)),
  }
}

function identityOf(answer: Authentication): Identity | undefined {
  return answer.outcome === 'granted' ? { name: answer.token.name, role: answer.token.role } : undefined
}
