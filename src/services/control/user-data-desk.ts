import { decodeUserData } from '../../codec/user-data/user-data.ts'
import { createUserDataSchema } from '../../domain/user-data-schema.ts'
import type { UserDataDesk } from '../../ports/control/user-data-desk.ts'

/** What `edgeboot user-data` says, for those who write user-data in a browser. */
export function createUserDataDesk(): UserDataDesk {
  let schema: string | undefined
  return {
    checkUserData: async (text) => {
      const { findings, summary } = decodeUserData(text)
      if (!summary) return { findings }
      const { managementMode, finish, siteName } = summary
      return { findings, summary: { managementMode, finish, ...(siteName ? { siteName } : {}) } }
    },
    userDataSchema: async () => {
      schema ??= `${JSON.stringify(createUserDataSchema(), null, 2)}\n`
      return schema
    },
  }
}
