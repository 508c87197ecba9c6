import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDataDirectory } from '../../src/adapters/data-dir/data-directory.ts'
import { openSqlStore } from '../../src/adapters/store-sql/sql-store.ts'
import { isFailure } from '../../src/domain/failure.ts'
import { aHost } from '../support/a-host.ts'
import { createPlainSecretBox } from '../support/plain-secret-box.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-data-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const log = createSilentLog()
const source = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href)

/** Another process that takes the directory, writes what it is told, says so, and stays. */
async function anOwner(path: string, write = '') {
  const script = join(directory, `owner-${Math.random().toString(36).slice(2)}.ts`)
  writeFileSync(
    script,
    `import { openDataDirectory } from ${source('src/adapters/data-dir/data-directory.ts')}
     import { openSqlStore } from ${source('src/adapters/store-sql/sql-store.ts')}
     import { createSilentLog } from ${source('test/support/silent-log.ts')}
     import { aHost } from ${source('test/support/a-host.ts')}
     import { createPlainSecretBox } from ${source('test/support/plain-secret-box.ts')}
     const log = createSilentLog()
     const data = await openDataDirectory({ path: ${JSON.stringify(path)}, purpose: 'up a.iso', log })
     const store = await openSqlStore({ database: data.paths.database, secretBox: createPlainSecretBox(), log })
     ${write}
     process.stdout.write('ready')
     setInterval(() => undefined, 1000)`,
  )
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

describe('a data directory', () => {
  test('belongs to one process, and the second is told which', async () => {
    const path = join(directory, 'one')
    const owner = await anOwner(path)
    try {
      const failure = await openDataDirectory({ path, purpose: 'serve', log }).catch(
        (error: unknown) => error,
      )

      expect(isFailure(failure, 'data-dir.locked') && failure.message).toContain(
        `process ${owner.pid} (edgeboot up a.iso)`,
      )
    } finally {
      await owner.kill()
    }
  })

  test('is free at once when its owner is killed, and nothing that was acknowledged is lost', async () => {
    const path = join(directory, 'killed')
    const owner = await anOwner(
      path,
      `await store.saveHost(aHost())
       for (let i = 0; i < 200; i += 1) {
         await store.appendEvents({ host: 'edge-1', time: i, type: 'machine.created', data: { driver: 'qemu' } })
       }`,
    )

    await owner.kill()
    await using data = await openDataDirectory({ path, purpose: 'again', log })
    await using store = await openSqlStore({
      database: data.paths.database,
      secretBox: createPlainSecretBox(),
      log,
    })

    expect(await store.hosts()).toEqual([aHost()])
    expect((await store.events()).length).toBe(200)
  })

  test('can be looked at while its owner works', async () => {
    const path = join(directory, 'looked-at')
    const owner = await anOwner(path, 'await store.saveHost(aHost())')
    try {
      await using data = await openDataDirectory({ path, purpose: 'read', access: 'read', log })
      await using store = await openSqlStore({
        database: data.paths.database,
        secretBox: createPlainSecretBox(),
        log,
      })

      expect(await store.hosts()).toEqual([aHost()])
    } finally {
      await owner.kill()
    }
  })

  test('that is a file is refused with the path and what to do', async () => {
    const path = join(directory, 'file')
    writeFileSync(path, '')

    const failure = await openDataDirectory({ path, purpose: 'up', log }).catch((error: unknown) => error)

    expect(isFailure(failure, 'data-dir.unusable') && failure.message).toMatch(/file.*--data-dir/)
  })

  test('that is not there is not made just for looking', async () => {
    const path = join(directory, 'nowhere')
    mkdirSync(directory, { recursive: true })

    await expect(openDataDirectory({ path, purpose: 'read', access: 'read', log })).rejects.toMatchObject({
      code: 'data-dir.unusable',
    })
  })
})
