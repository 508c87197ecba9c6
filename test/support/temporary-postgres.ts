import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** A PostgreSQL server of its own, on a Unix socket in a temporary directory; gone when it is disposed of. */
export interface TemporaryPostgres extends AsyncDisposable {
  readonly password: string
  /** Path of its Unix socket. */
  readonly socket: string
  /** The URL of a new, empty database. */
  newDatabase(): Promise<string>
  /** Runs SQL text, several statements if need be. */
  run(url: string, sql: string): Promise<pg.QueryResult>
  /** Ends every session in order, as an administrator's restart does. */
  stop(): Promise<void>
  start(): Promise<void>
}

const LIMIT_MS = 60_000
const USER = 'edgeboot'
const PORT = 5432

/**
 * The server of the Debian package, run as the user `postgres` when the tests run as root, which initdb refuses. It
 * ends with the test process, however that ends: a shell beside it waits for the end of its input.
 */
export async function openTemporaryPostgres(): Promise<TemporaryPostgres> {
  const programs = findPrograms()
  const user = process.getuid?.() === 0 ? idsOf('postgres') : {}
  const directory = mkdtempSync(join(tmpdir(), 'eb-pg-'))
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid)
  const data = join(directory, 'data')
  const password = 'p@ss/w:rd'
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (user.uid !== undefined && user.gid !== undefined) chownSync(passwordFile, user.uid, user.gid)
  const options = { cwd: directory, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...user }
  let server: ChildProcess | undefined
  let count = 0

  const urlOf = (database: string): string =>
    `postgres://${USER}:${encodeURIComponent(password)}@localhost:${PORT}/${database}?host=${directory}`

  async function start(): Promise<void> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${directory}`,
      `port=${PORT}`,
      'fsync=off',
      'shared_buffers=16MB',
      'max_connections=40',
      'autovacuum=off',
    ]
    const script = `exec 3<&0
      "$@" </dev/null & server=$!
      { cat <&3 >/dev/null; kill -INT $server; } >/dev/null 2>&1 &
      wait $server`
    const command = [
      join(programs, 'postgres'),
      '-D',
      data,
      ...settings.flatMap((setting) => ['-c', setting]),
    ]
    const child = spawn('sh', ['-c', script, 'sh', ...command], {
      ...options,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    server = child
    await said(child, /ready to accept connections/)
  }

  async function stop(): Promise<void> {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null) return
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(LIMIT_MS) })
    child.stdin?.end()
    await gone
  }

  async function run(url: string, sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: url, query_timeout: LIMIT_MS })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await client.query(sql)
    } finally {
      await client.end()
    }
  }

  try {
    const initdb = ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
    await finished(
      spawn(join(programs, 'initdb'), [...initdb, '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'], {
        ...options,
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: LIMIT_MS,
      }),
    )
    await start()
  } catch (error) {
    await stop()
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
  return {
    password,
    socket: join(directory, `.s.PGSQL.${PORT}`),
    async newDatabase() {
      const name = `test_${++count}`
      await run(urlOf('postgres'), `create database ${name}`)
      return urlOf(name)
    },
    run,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The programs of the newest version; Debian keeps them out of the PATH. */
function findPrograms(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : []
  const found = versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
  if (!found) throw new Error('PostgreSQL is missing: apt-get install postgresql')
  return found
}

function idsOf(user: string): { readonly uid?: number; readonly gid?: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${user}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (!uid || !gid) throw new Error(`there is no user ${user}, and PostgreSQL does not run as root`)
  return { uid: Number(uid), gid: Number(gid) }
}

function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const give = (error: Error): void => {
      clearTimeout(limit)
      reject(error)
    }
    const limit = setTimeout(() => give(new Error(`PostgreSQL did not start in time:\n${text}`)), LIMIT_MS)
    child.once('error', give)
    child.once('exit', () => give(new Error(`PostgreSQL did not start:\n${text}`)))
    child.stderr?.setEncoding('utf8').on('data', (more: string) => {
      text = `${text}${more}`.slice(-4000)
      if (!pattern.test(text)) return
      clearTimeout(limit)
      resolve()
    })
  })
}

async function finished(child: ChildProcess): Promise<void> {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = `${text}${more}`.slice(-4000)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${child.spawnfile} failed (${code}):\n${text}`)
}
