import type { Kysely } from 'kysely'
import { Failure } from '../../domain/failure.ts'
import { identityKey } from '../../ports/blob-source.ts'
import type { InstallerStore } from '../../ports/installer-store.ts'
import { byName, readInstaller } from './rows.ts'
import type { Tables } from './tables.ts'

export function createInstallerQueries(db: Kysely<Tables>): InstallerStore {
  return {
    async installers() {
      const rows = await db.selectFrom('installers').selectAll().execute()
      return rows.toSorted(byName).map(readInstaller)
    },
    async addInstaller(installer) {
      const row = await db
        .selectFrom('installers')
        .selectAll()
        .where('name', '=', installer.name)
        .executeTakeFirst()
      if (row) {
        const known = readInstaller(row)
        if (identityKey(known.identity) !== identityKey(installer.identity)) {
          throw new Failure(
            'installer.name-taken',
            `an installer ${installer.name} is registered for ${known.identity.path}; choose another --name or remove that one first`,
          )
        }
      }
      const definition = JSON.stringify(installer)
      await db
        .insertInto('installers')
        .values({ name: installer.name, definition, added_at: installer.addedAt })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ definition }))
        .execute()
    },
    async removeInstaller(name) {
      const { numDeletedRows } = await db
        .deleteFrom('installers')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    async digest(key) {
      const row = await db.selectFrom('digests').select('sha256').where('key', '=', key).executeTakeFirst()
      return row?.sha256
    },
    async rememberDigest(key, sha256) {
      await db
        .insertInto('digests')
        .values({ key, sha256 })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ sha256 }))
        .execute()
    },
  }
}
