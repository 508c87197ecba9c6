import { type AccessToken, type NewAccessToken, tokenNameTaken } from '../../domain/access.ts'
import type { AccessStore } from '../../ports/access-store.ts'

/** Access tokens in memory only. */
export function createMemoryAccess(): AccessStore {
  const tokens: (AccessToken & { readonly hash: string })[] = []

  function change(index: number, change: Partial<AccessToken>): AccessToken | undefined {
    const token = tokens[index]
    if (!token) return undefined
    const changed = { ...token, ...change }
    tokens[index] = changed
    return withoutHash(changed)
  }

  return {
    addToken: async (given: NewAccessToken) => {
      if (tokens.some(({ name, revokedAt }) => name === given.name && revokedAt === undefined)) {
        throw tokenNameTaken(given.name)
      }
      const token = { ...given, id: tokens.length + 1 }
      tokens.push(token)
      return withoutHash(token)
    },
    tokens: async () => tokens.map(withoutHash),
    findToken: async (hash) => tokens.find((token) => token.hash === hash),
    revokeToken: async (name, at) =>
      change(
        tokens.findIndex((token) => token.name === name && token.revokedAt === undefined),
        { revokedAt: at },
      ),
    noteTokenUse: async (id, at) => {
      const index = tokens.findIndex((token) => token.id === id)
      if ((tokens[index]?.lastUsedAt ?? 0) < at) change(index, { lastUsedAt: at })
    },
  }
}

function withoutHash({ hash: _, ...token }: AccessToken & { readonly hash: string }): AccessToken {
  return token
}
