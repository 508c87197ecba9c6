import { describe, expect, test } from 'vitest'
import type { SqlStore } from '../../src/adapters/store-sql/sql-store.ts'
import { aFleet, aWish } from '../support/a-fleet.ts'
import { aHost } from '../support/a-host.ts'

/**
 * Schemas there are dumps of (test/fixtures/store): the first one, the one that brought tokens and audit trail, and the one before the
 * present.
 */
export type OldSchema = (typeof OLD_SCHEMAS)[number]
const OLD_SCHEMAS = [1, 3, 4] as const

/** What must become of the dump of an earlier schema, whichever database it is in; `open` gives it brought up to date. */
export function describeUpgrade(name: string, open: (version: OldSchema) => Promise<SqlStore>): void {
  for (const version of OLD_SCHEMAS) describeUpgradeFrom(version, name, () => open(version))
}

function describeUpgradeFrom(version: OldSchema, name: string, open: () => Promise<SqlStore>): void {
  describe(`${name} of schema version ${version}`, () => {
    test('is brought up to date with every row', async () => {
      await using store = await open()

      expect(await store.hosts()).toEqual(
        ['edge-1', 'edge-2'].map((host) => aHost({ name: host, createdAt: 1_764_000_000_123 })),
      )
      expect((await store.boots()).map(({ bootId, token, host }) => `${bootId[0]} ${token} ${host}`)).toEqual(
        [
          `a ${'a'.repeat(32)} edge-1`,
          `c ${'c'.repeat(32)} edge-2`,
          `b ${'b'.repeat(32)} edge-1`,
          `d ${'d'.repeat(32)} edge-2`,
        ],
      )
      expect((await store.events()).map(({ id, host, type }) => [id, host, type])).toEqual([
        [1, 'edge-1', 'machine.created'],
        [2, 'edge-1', 'script.served'],
        [3, 'edge-2', 'machine.created'],
        [4, 'edge-2', 'script.served'],
      ])
      expect((await store.installers()).map((installer) => installer.name)).toEqual(['palette'])
      expect(await store.digest('k')).toBe('f'.repeat(64))
      expect(await store.setting('boot-port')).toBe('8080')
    })

    test('goes on as a new one would', async () => {
      await using store = await open()

      const [event] = await store.appendEvents({
        host: 'edge-1',
        time: 5,
        type: 'machine.created',
        data: { driver: 'qemu' },
      })
      await store.deleteHost('edge-2')
      await store.addSession('cookie', { tokenHash: 'h', expiresAt: 9 })
      await store.addToken({ name: 'ci', role: 'viewer', hash: 'h', createdAt: 1 })
      await store.saveFleet(aFleet([aWish()]), version < 4 ? 0 : 1)

      expect(event?.id).toBe(5)
      expect(await store.session('cookie')).toEqual({ tokenHash: 'h', expiresAt: 9 })
      expect((await store.boots()).map(({ host }) => host)).toEqual(['edge-1', 'edge-1'])
      expect((await store.tokens()).map(({ name: token }) => token).at(-1)).toBe('ci')
      expect((await store.fleet())?.fleet.hosts.map((host) => host.name)).toEqual(['store-1'])
    })

    // Tokens and audit trail came with version 3.
    if (version < 3) return
    test('lets in whom it let in before, and knows what they did', async () => {
      await using store = await open()

      expect(await store.findToken('1'.repeat(64))).toMatchObject({
        name: 'anna',
        role: 'operator',
        expiresAt: 1_795_536_000_000,
      })
      expect((await store.tokens()).map(({ name: token, revokedAt }) => [token, revokedAt])).toEqual([
        ['old', 1_764_000_000_002],
        ['anna', undefined],
      ])
      expect(await store.auditEntries({ limit: 10 })).toMatchObject([
        { id: 1, who: 'anna', action: 'host.reinstall', object: 'edge-1', detail: { status: 204 } },
      ])
    })
  })
}
