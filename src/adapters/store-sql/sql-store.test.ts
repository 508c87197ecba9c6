import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { describeSqlStore } from '../../../test/contracts/sql-store.ts'
import { describeUpgrade, type OldSchema } from '../../../test/contracts/sql-upgrade.ts'
import { aHost } from '../../../test/support/a-host.ts'
import { createPlainSecretBox } from '../../../test/support/plain-secret-box.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import type { BootId, ConfigToken } from '../../domain/opaque-id.ts'
import { openSqlStore, type SqlStoreOptions } from './sql-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-store-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let count = 0
const newPath = (): string => join(directory, `${++count}.db`)
const open = (path = newPath(), access: SqlStoreOptions['access'] = 'own') =>
  openSqlStore({ database: path, secretBox: createPlainSecretBox(), log: createSilentLog(), access })

/** A file as the program of that schema version left it. */
function oldDatabase(version: OldSchema = 1, path = newPath()): string {
  const raw = new DatabaseSync(path)
  const dump = `../../../test/fixtures/store/version-${version}.sqlite.sql`
  raw.exec(readFileSync(new URL(dump, import.meta.url), 'utf8'))
  raw.close()
  return path
}

/** Everything in the database file and those SQLite keeps beside it. */
function bytesOf(path: string): string {
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .filter((file) => file.startsWith(path))
    .map((file) => readFileSync(file, 'latin1'))
    .join('')
}

/** The host rows as they lie there. */
function definitionsIn(path: string): string {
  const raw = new DatabaseSync(path)
  const rows = raw.prepare('select definition from hosts').all()
  raw.close()
  return JSON.stringify(rows)
}

describeSqlStore('SQLite', () => open())
describeUpgrade('SQLite', (version) => open(oldDatabase(version)))

describe('the state database', () => {
  test('is there again when it is opened again, and only its owner can read it', async () => {
    const path = newPath()
    {
      await using store = await open(path)
      await store.saveHost(aHost())
      await store.saveSetting('boot-port', '8080')
    }

    await using store = await open(path)

    expect(await store.hosts()).toEqual([aHost()])
    expect(await store.setting('boot-port')).toBe('8080')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('keeps what only the driver knows of a machine sealed: some of it may be secret', async () => {
    const path = newPath()
    const host = aHost({ spec: { options: { 'extraConfig.guestinfo.key': 'q7Xk2mZ9pLw4' } } })
    {
      await using store = await open(path)
      await store.saveHost(host)
    }

    expect(bytesOf(path)).not.toContain('q7Xk2mZ9pLw4')
    await using store = await open(path)
    expect(await store.hosts()).toEqual([host])
  })

  test('reads machines that an older program wrote in the clear, and seals them when they are stored again', async () => {
    const path = newPath()
    const host = aHost({ spec: { options: { 'extraConfig.guestinfo.key': 'q7Xk2mZ9pLw4' } } })
    await (await open(path))[Symbol.asyncDispose]()
    const raw = new DatabaseSync(path)
    const insert = raw.prepare('insert into hosts (name, definition, created_at) values (?, ?, ?)')
    insert.run(host.name, JSON.stringify(host), host.createdAt)
    raw.close()
    {
      await using store = await open(path)
      expect(await store.hosts()).toEqual([host])
      await store.saveHost(host)
    }

    expect(definitionsIn(path)).not.toContain('q7Xk2mZ9pLw4')
    await using store = await open(path)
    expect(await store.hosts()).toEqual([host])
  })

  test('gives back more events than are read at once, each once and in order', async () => {
    const path = newPath()
    await using store = await open(path)
    await store.saveHost(aHost())
    const raw = new DatabaseSync(path)
    raw.exec(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
       insert into events (host, time, type, data)
       select 'edge-1', i, 'machine.created', '{"driver":"qemu"}' from n`,
    )
    raw.close()

    const all = await store.events()
    const some = await store.events({ host: 'edge-1', afterId: 15_000 })

    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1))
    expect([some.length, some[0]?.id]).toEqual([5000, 15_001])
  })

  test('of a newer program is refused and left as it is', async () => {
    const path = newPath()
    await (await open(path))[Symbol.asyncDispose]()
    const raw = new DatabaseSync(path)
    raw.exec('update schema_version set version = 999')
    raw.close()

    await expect(open(path)).rejects.toMatchObject({ code: 'store.newer' })
  })

  test('of an older program is not changed by one who only shares it', async () => {
    const path = oldDatabase()

    await expect(open(path, 'share')).rejects.toMatchObject({ code: 'store.older', details: { version: 1 } })
    await (await open(path))[Symbol.asyncDispose]()

    await using shared = await open(path, 'share')
    expect((await shared.hosts()).length).toBe(2)
  })

  test('with the tables of another program is left alone', async () => {
    const path = newPath()
    const raw = new DatabaseSync(path)
    raw.exec('create table customers (id integer)')
    raw.close()

    await expect(open(path)).rejects.toThrow(/belongs to another program.*customers/)
    await expect(open(path, 'share')).rejects.toThrow(/belongs to another program/)
  })

  test('holds config tokens sealed only, those of older programs too', async () => {
    const path = oldDatabase()
    const token = 'e'.repeat(32)
    {
      await using store = await open(path)
      await store.addBoot({
        bootId: 'e'.repeat(16) as BootId,
        token: token as ConfigToken,
        host: 'edge-1',
        createdAt: 1,
      })
      expect((await store.boots()).map((boot) => boot.token as string)).toContain(token)
    }

    const bytes = bytesOf(path)

    // The stand-in box turns texts round and says so; what is all one letter shows whether it was used.
    for (const letter of 'abcde') {
      expect(bytes).toContain(`sealed ${letter.repeat(32)}`)
      expect(bytes.replaceAll(`sealed ${letter.repeat(32)}`, '')).not.toContain(letter.repeat(32))
    }
  })

  test('with a damaged row says which one', async () => {
    const path = newPath()
    await using store = await open(path)
    const raw = new DatabaseSync(path)
    raw.exec(`insert into hosts (name, definition, created_at) values ('odd', '{"name": 7}', 1)`)
    raw.close()

    await expect(store.hosts()).rejects.toMatchObject({
      code: 'store.failed',
      details: { table: 'hosts', key: 'odd' },
    })
  })

  test('that is no database is refused with its path', async () => {
    const path = join(directory, 'directory.db')
    mkdirSync(path)

    await expect(open(path)).rejects.toMatchObject({ code: 'store.failed', details: { database: path } })
  })
})
