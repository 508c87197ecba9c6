import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { checkpointAside } from '../../src/adapters/store-sql/checkpoints.ts'

const folder = mkdtempSync(join(tmpdir(), 'edgeboot-checkpoints-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ROWS = 2000
const ROW_BYTES = 1000

describe('the write-ahead log', () => {
  test('is written back by another thread, and gone when the database is closed', async () => {
    const path = join(folder, 'aside.db')
    const database = openDatabase(path)
    {
      await using _ = checkpointAside(database, path)
      fill(database)
      expect(statSync(path).size).toBeLessThan(ROWS * ROW_BYTES)

      await expect.poll(() => statSync(path).size, { timeout: 10_000 }).toBeGreaterThan(ROWS * ROW_BYTES)
      expect(limitOf(database)).toBeGreaterThan(1000)
      fill(database)
    }
    database.close()

    expect(existsSync(`${path}-wal`)).toBe(false)
    const reopened = new DatabaseSync(path)
    expect(reopened.prepare('SELECT count(*) AS rows FROM kept').get()).toEqual({ rows: 2 * ROWS })
    reopened.close()
  })

  test('is written back by SQLite itself when the other thread cannot', async () => {
    const database = openDatabase(join(folder, 'itself.db'))
    await using _ = checkpointAside(database, join(folder, 'nowhere', 'itself.db'))
    fill(database)

    await expect.poll(() => limitOf(database), { timeout: 10_000 }).toBe(1000)
    database.close()
  })
})

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (text TEXT)')
  return database
}

function fill(database: DatabaseSync): void {
  const insert = database.prepare('INSERT INTO kept VALUES (?)')
  for (let row = 0; row < ROWS; row += 1) insert.run('x'.repeat(ROW_BYTES))
}

/** Pages that the log may grow to before the connection that writes writes it back. */
function limitOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA wal_autocheckpoint').get()?.['wal_autocheckpoint']
}
