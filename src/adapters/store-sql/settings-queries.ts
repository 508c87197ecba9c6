import type { Kysely } from 'kysely'
import type { SettingsStore } from '../../ports/settings-store.ts'
import type { Tables } from './tables.ts'

export function createSettingsQueries(db: Kysely<Tables>): SettingsStore {
  return {
    async setting(key) {
      const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst()
      return row?.value
    },
    async saveSetting(key, value) {
      await db
        .insertInto('settings')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute()
    },
  }
}
