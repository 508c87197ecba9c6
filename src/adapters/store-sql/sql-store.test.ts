import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { describeHostStore } from '../../../test/contracts/host-store.ts'
import { describeInstallerStore } from '../../../test/contracts/installer-store.ts'
import { aHost } from '../../../test/support/a-host.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { openSqlStore } from './sql-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-store-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let count = 0
const newPath = (): string => join(directory, `${++count}.db`)
const open = (path = newPath()) => openSqlStore({ path, log: createSilentLog() })

describeHostStore('SQLite', () => open())
describeInstallerStore('SQLite', () => open())

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

  test('of a newer program is refused and left as it is', async () => {
    const path = newPath()
    await (await open(path))[Symbol.asyncDispose]()
    const raw = new DatabaseSync(path)
    raw.exec('update schema_version set version = 999')
    raw.close()

    await expect(open(path)).rejects.toMatchObject({ code: 'store.newer' })
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
    const { mkdirSync } = await import('node:fs')
    mkdirSync(path)

    await expect(open(path)).rejects.toMatchObject({ code: 'store.failed', details: { path } })
  })
})
