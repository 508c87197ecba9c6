import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAesSecretBox } from '../../src/adapters/secret-box-aes/aes-secret-box.ts'
import { openSqlStore, type SqlStoreOptions } from '../../src/adapters/store-sql/sql-store.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { BootId, ConfigToken } from '../../src/domain/opaque-id.ts'
import { describeSqlStore } from '../contracts/sql-store.ts'
import { describeUpgrade, type OldSchema } from '../contracts/sql-upgrade.ts'
import { aHost } from '../support/a-host.ts'
import { createSilentLog } from '../support/silent-log.ts'
import { openTemporaryPostgres, type TemporaryPostgres } from '../support/temporary-postgres.ts'

let server: TemporaryPostgres
const directory = mkdtempSync(join(tmpdir(), 'edgeboot-pg-'))
beforeAll(async () => {
  server = await openTemporaryPostgres()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

const secretBox = createAesSecretBox(new Uint8Array(32).fill(7))
const log = createSilentLog()
const SHORT = { connectMs: 1500, statementMs: 1000, answerMs: 2000, ownerCheckMs: 0 }

function open(database: string, more: Partial<SqlStoreOptions> = {}) {
  return openSqlStore({ database, secretBox, log, ...more })
}

async function oldDatabase(version: OldSchema = 1): Promise<string> {
  const url = await server.newDatabase()
  const dump = `../fixtures/store/version-${version}.postgres.sql`
  await server.run(url, readFileSync(new URL(dump, import.meta.url), 'utf8'))
  return url
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  )
  if (outcome instanceof Failure) return outcome
  throw outcome
}

/** All that could be shown or logged of a failure. */
function everythingIn(failure: Failure): string {
  const cause = failure.cause
  return JSON.stringify([
    failure.message,
    failure.details,
    failure.stack,
    cause instanceof Error ? [cause.message, cause.stack, { ...cause }] : cause,
  ])
}

describeSqlStore('PostgreSQL', async () => open(await server.newDatabase()))
describeUpgrade('PostgreSQL', async (version) => open(await oldDatabase(version)))

describe('a PostgreSQL state database', () => {
  test('is there again when it is opened again, by either name of its scheme', async () => {
    const url = await server.newDatabase()
    {
      await using store = await open(url)
      await store.saveHost(aHost())
    }

    await using store = await open(url.replace('postgres://', 'postgresql://'))

    expect(await store.hosts()).toEqual([aHost()])
  })

  test('holds config tokens sealed only, those of older programs too', async () => {
    const url = await oldDatabase()
    const token = 'abcdefghijklmnopqrstuvwxyz234567'
    await using store = await open(url)
    await store.addBoot({
      bootId: 'e'.repeat(16) as BootId,
      token: token as ConfigToken,
      host: 'edge-1',
      createdAt: 9,
    })

    const { rows } = await server.run(url, 'select * from boots')

    expect(rows.length).toBe(5)
    for (const { sealed_token } of rows) expect(sealed_token).toMatch(/^eb1\./)
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${token}|${'a'.repeat(32)}`))
    expect((await store.boots()).map((boot) => boot.token as string)).toContain(token)
  })

  test('sealed with another key says which key it wants', async () => {
    const url = await oldDatabase()
    await (await open(url))[Symbol.asyncDispose]()
    await using store = await open(url, { secretBox: createAesSecretBox(new Uint8Array(32).fill(8)) })

    expect((await failureOf(store.boots())).code).toBe('secret.unreadable')
    expect((await store.hosts()).length).toBe(2)
  })

  test('of a newer or an older program, or of another one, is left as it is', async () => {
    const newer = await server.newDatabase()
    await (await open(newer))[Symbol.asyncDispose]()
    await server.run(newer, 'update schema_version set version = 999')
    const foreign = await server.newDatabase()
    await server.run(foreign, 'create table customers (id integer)')

    expect((await failureOf(open(newer))).code).toBe('store.newer')
    expect((await failureOf(open(await oldDatabase(), { access: 'share' }))).code).toBe('store.older')
    expect((await failureOf(open(foreign))).message).toMatch(/belongs to another program.*customers/)
    expect(
      (await server.run(foreign, 'select tablename from pg_tables where schemaname = current_schema()')).rows,
    ).toEqual([{ tablename: 'customers' }])
  })
})

describe('the owner of a PostgreSQL state database', () => {
  test('is one only, the second is told who it is, and others may share', async () => {
    const url = await server.newDatabase()
    await using owner = await open(url, { purpose: 'serve' })
    await owner.saveHost(aHost())

    const failure = await failureOf(open(url, { purpose: 'up' }))
    await using shared = await open(url, { access: 'share' })

    expect(failure.code).toBe('store.locked')
    expect(failure.message).toContain(`edgeboot serve pid ${process.pid} on `)
    expect(await shared.hosts()).toEqual([aHost()])
  })

  test('that is killed frees it', async () => {
    const url = await server.newDatabase()
    const source = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href)
    const script = join(directory, 'owner.ts')
    writeFileSync(
      script,
      `import { openSqlStore } from ${source('src/adapters/store-sql/sql-store.ts')}
       import { createPlainSecretBox } from ${source('test/support/plain-secret-box.ts')}
       import { createSilentLog } from ${source('test/support/silent-log.ts')}
       await openSqlStore({ database: process.env.URL, secretBox: createPlainSecretBox(), log: createSilentLog() })
       process.stdout.write('ready')
       setInterval(() => undefined, 1000)`,
    )
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, URL: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect((await failureOf(open(url))).message).toContain(`pid ${child.pid}`)

    child.kill('SIGKILL')
    await once(child, 'close')

    await using store = await eventually(() => open(url))
    expect(await store.hosts()).toEqual([])
  })

  test('goes on after the server was restarted', async () => {
    const url = await server.newDatabase()
    await using store = await open(url)
    await store.saveHost(aHost())

    await server.stop()
    const away = await failureOf(store.hosts())
    await server.start()

    expect(away.code).toBe('store.failed')
    expect(await store.hosts()).toEqual([aHost()])
    expect((await failureOf(open(url))).code).toBe('store.locked')
  })

  test('that lost it to another meanwhile writes no more', async () => {
    const url = await server.newDatabase()
    await using first = await open(url)
    await server.run(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    )
    {
      await using second = await open(url)
      await second.saveHost(aHost({ name: 'of-the-second' }))
      expect((await failureOf(first.saveHost(aHost()))).code).toBe('store.locked')
    }

    const failure = await failureOf(first.saveHost(aHost()))

    expect(failure.code).toBe('store.locked')
    expect(failure.message).toContain('start this one again')
    await using third = await open(url)
    expect((await third.hosts()).map(({ name }) => name)).toEqual(['of-the-second'])
  })
})

describe('the owner of a PostgreSQL state database behind a failing network', () => {
  test('that was given up without being told writes no more', async () => {
    const network = await openNetwork(server.socket)
    const url = await server.newDatabase()
    const first = await open(throughNetwork(url, network), { limits: SHORT })
    network.swallow(true)
    await server.run(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await using second = await eventually(() => open(url))
    network.swallow(false)

    const failure = await failureOf(first.saveHost(aHost()))
    await first[Symbol.asyncDispose]()
    await network.close()

    expect(failure.code).toBe('store.locked')
    expect(await second.hosts()).toEqual([])
  })
})

describe('a PostgreSQL server in trouble', () => {
  test.each([
    [
      'a wrong password',
      (url: string) => url.replace(/:[^:@]*@/, ':wr0ng%40secret@'),
      /password authentication failed/,
    ],
    ['no such database', (url: string) => url.replace(/test_\d+/, 'nowhere'), /nowhere/],
    ['no socket', (url: string) => url.replace(/host=.*/, 'host=/nowhere'), /ENOENT/],
    ['a refused port', () => 'postgres://edgeboot:wr0ng%40secret@127.0.0.1:1/x', /ECONNREFUSED/],
    [
      'no such host',
      () => 'postgres://edgeboot:wr0ng%40secret@db.invalid/x',
      /db\.invalid|ENOTFOUND|EAI_AGAIN/,
    ],
    ['no URL', () => 'postgres://edgeboot:wr0ng%40secret@host:99999999/x', /postgres:\/\/USER:PASSWORD@HOST/],
    ['a password that is no text', () => 'postgres://edgeboot:wr0ng%ff@host/x', /percent-encoded/],
  ])('with %s is a failure that says so, without the password', async (_, change, pattern) => {
    const failure = await failureOf(
      open(change(await server.newDatabase()), { limits: { ...SHORT, connectMs: 5000 } }),
    )

    expect(failure.message).toMatch(pattern)
    expect(everythingIn(failure)).not.toMatch(/wr0ng/)
    expect(everythingIn(failure)).not.toContain(server.password)
    expect(everythingIn(failure)).not.toContain(encodeURIComponent(server.password))
  })

  test('whose table is locked lets no call wait for good', async () => {
    const url = await server.newDatabase()
    await using store = await open(url, { limits: SHORT })
    const blocker = new pg.Client({ connectionString: url })
    await blocker.connect()
    await blocker.query('begin; lock table hosts in access exclusive mode')

    const failure = await failureOf(store.hosts())
    await blocker.end()

    expect(failure.code).toBe('store.failed')
    expect(failure.message).toContain('statement timeout')
    expect(await eventually(() => store.hosts())).toEqual([])
  })

  test('behind a network that swallows everything lets no call wait for good, nor the end', async () => {
    const network = await openNetwork(server.socket)
    const url = await server.newDatabase()
    const store = await open(throughNetwork(url, network), { limits: SHORT })
    await store.saveHost(aHost())

    network.swallow(true)
    const write = await failureOf(store.deleteHost('edge-1'))
    const read = await failureOf(store.hosts())
    network.swallow(false)
    network.cut()
    const after = await eventually(() => store.hosts())
    network.swallow(true)
    await store[Symbol.asyncDispose]()
    await network.close()

    expect([write.code, read.code]).toEqual(['store.failed', 'store.failed'])
    expect(after).toEqual([aHost()])
  })

  test('that accepts and never answers is given up on', async () => {
    const network = await openNetwork(server.socket)
    network.swallow(true)

    const failure = await failureOf(
      open(`postgres://edgeboot@127.0.0.1:${network.port}/x`, { limits: SHORT }),
    )
    await network.close()

    expect(failure.code).toBe('store.failed')
    expect(failure.message).toMatch(/timeout/)
  })
})

/** Repeats what fails for a moment after a disturbance, for at most ten seconds. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const end = AbortSignal.timeout(10_000)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (end.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** The same database, reached over the network. */
function throughNetwork(url: string, { port }: Network): string {
  return url.replace(/localhost:5432/, `127.0.0.1:${port}`).replace(/\?host=.*/, '')
}

interface Network {
  readonly port: number
  /** While true nothing passes either way, and nobody is told. */
  swallow(yes: boolean): void
  /** Breaks every connection. */
  cut(): void
  close(): Promise<void>
}

/** A TCP port in front of a Unix socket, with a network that can fail. */
async function openNetwork(socket: string): Promise<Network> {
  let swallowing = false
  const ends = new Set<Socket>()
  const forward = (from: Socket, to: Socket): void => {
    ends.add(from)
    from.on('data', (bytes) => {
      if (!swallowing) to.write(bytes)
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      ends.delete(from)
      if (!swallowing) to.destroy()
    })
  }
  const listener: Server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(socket)
    forward(client, upstream)
    forward(upstream, client)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const cut = (): void => {
    for (const end of ends) end.destroy()
  }
  return {
    port: (listener.address() as { port: number }).port,
    swallow: (yes) => {
      swallowing = yes
    },
    cut,
    close: async () => {
      swallowing = false
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}
