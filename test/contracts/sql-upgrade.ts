import { describe, expect, test } from 'vitest'
import type { SqlStore } from '../../src/adapters/store-sql/sql-store.ts'
import { aHost } from '../support/a-host.ts'

/** What must become of the fixture of the schema before, whichever database it is in; `open` gives it brought up to date. */
export function describeUpgrade(name: string, open: () => Promise<SqlStore>): void {
  describe(`${name} of schema version 1`, () => {
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

      const event = await store.appendEvent({
        host: 'edge-1',
        time: 5,
        type: 'machine.created',
        data: { driver: 'qemu' },
      })
      await store.deleteHost('edge-2')
      await store.addToken({ name: 'ci', role: 'viewer', hash: 'h', createdAt: 1 })

      expect(event.id).toBe(5)
      expect((await store.boots()).map(({ host }) => host)).toEqual(['edge-1', 'edge-1'])
      expect((await store.tokens()).map(({ name: token }) => token)).toEqual(['ci'])
    })
  })
}
