import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDataDirectory } from '../../src/adapters/data-dir/data-directory.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { createSilentLog } from '../support/silent-log.ts'
import { openTemporaryPostgres, type TemporaryPostgres } from '../support/temporary-postgres.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-access-'))
let server: TemporaryPostgres
beforeAll(async () => {
  server = await openTemporaryPostgres()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

/** The command line on one data directory, or on that and one database. */
function edgebootAt(name: string, env: NodeJS.ProcessEnv = {}) {
  const path = join(directory, name)
  return { path, run: (...args: string[]) => runEdgeboot(['--data-dir', path, ...args], env) }
}

describe.each(['SQLite', 'PostgreSQL'])('access on %s', (kind) => {
  async function place(name: string) {
    if (kind === 'SQLite') return edgebootAt(name)
    return edgebootAt(`${name}-pg`, { DATABASE_URL: await server.newDatabase() })
  }

  test('a token is printed once, alone on stdout, listed without its secret, and revoked', async () => {
    const { path, run } = await place('life')

    const created = await run('token', 'create', 'ci', '--role', 'operator', '--expires', '30d')
    const again = await run('token', 'create', 'ci', '--role', 'viewer')
    const listed = await run('--json', 'token', 'list')
    const revoked = await run('token', 'revoke', 'ci')
    const gone = await run('token', 'revoke', 'ci')
    const table = await run('token', 'list')
    const audit = await run('--json', 'audit', '--since', '1h')

    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ebt_[a-z2-7]{32}\n$/) })
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('token revoke ci')])
    const [token] = JSON.parse(listed.stdout).tokens
    expect(token).toMatchObject({ name: 'ci', role: 'operator', status: 'active' })
    expect(token.expiresAt - token.createdAt).toBeGreaterThan(29 * 86_400_000)
    expect([revoked.code, gone.code]).toEqual([0, 2])
    expect(table.stdout).toMatch(/ci +operator +revoked/)
    const { entries, more } = JSON.parse(audit.stdout)
    expect(entries.map((entry: { action: string }) => entry.action)).toEqual(['token.create', 'token.revoke'])
    expect(entries[0].who).toMatch(/^cli:/)
    expect(more).toBe(false)
    const secret = created.stdout.trim()
    for (const { stdout, stderr } of [again, listed, table, audit])
      expect(stdout + stderr).not.toContain(secret)
    expect(statSync(join(path, 'secret.key')).mode & 0o777).toBe(0o600)
  })

  test('tokens can be made while another process has the data directory', async () => {
    const { path, run } = await place('beside')
    await run('token', 'create', 'first', '--role', 'admin')
    await using _owner = await openDataDirectory({ path, purpose: 'serve', log: createSilentLog() })

    const created = await run('token', 'create', 'second', '--role', 'viewer')
    const listed = await run('--json', 'token', 'list')

    expect(created.code).toBe(0)
    expect(JSON.parse(listed.stdout).tokens.length).toBe(2)
  })

  test('looking at hosts needs no key and finds none', async () => {
    const { run } = await place('hosts')
    await run('token', 'create', 'first', '--role', 'admin')

    const { code, stdout } = await run('--json', 'host', 'list')

    expect([code, JSON.parse(stdout)]).toEqual([0, { hosts: [] }])
  })
})

describe('a data directory of an older program', () => {
  function anOldPlace(name: string) {
    const place = edgebootAt(name)
    mkdirSync(place.path, { mode: 0o700 })
    const raw = new DatabaseSync(join(place.path, 'edgeboot.db'))
    raw.exec(readFileSync(new URL('../fixtures/store/version-1.sqlite.sql', import.meta.url), 'utf8'))
    raw.close()
    return place
  }

  test('is brought up to date by whoever looks, when nobody has it', async () => {
    const { run } = anOldPlace('old')

    const { code, stdout } = await run('--json', 'host', 'list')

    expect(code).toBe(0)
    expect(JSON.parse(stdout).hosts.map((host: { name: string }) => host.name)).toEqual(['edge-1', 'edge-2'])
  })

  test('is left as it is while the older program works on it', async () => {
    const { path, run } = anOldPlace('old-in-use')
    await using _owner = await openDataDirectory({ path, purpose: 'up', log: createSilentLog() })

    const { code, stderr } = await run('host', 'list')

    expect([code, stderr]).toEqual([1, expect.stringContaining('data-dir.locked')])
    expect(existsSync(join(path, 'secret.key'))).toBe(false)
  })
})

describe('the audit trail on the command line', () => {
  test('shows the newest entries in the order they happened and says when there are more', async () => {
    const { run } = edgebootAt('audit')
    for (const name of ['a', 'b', 'c']) await run('token', 'create', name, '--role', 'viewer')

    const { stdout, stderr } = await run('audit', '--limit', '2')
    const one = await run('--json', 'audit', '--object', 'a')
    const none = await run('audit', '--outcome', 'refused')

    expect(
      stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(/ +/)[3]),
    ).toEqual(['b', 'c'])
    expect(stderr).toContain('only the newest 2')
    expect(JSON.parse(one.stdout).entries.length).toBe(1)
    expect(none).toMatchObject({ code: 0, stdout: '' })
  })
})

describe('wrong usage of access and state', () => {
  test.each([
    [['token', 'create', 'x'], {}, '--role'],
    [['token', 'create', 'x', '--role', 'king'], {}, 'viewer'],
    [['token', 'create', 'a b', '--role', 'viewer'], {}, 'cannot be a token'],
    [['token', 'create', 'x', '--role', 'viewer', '--expires', 'soon'], {}, '--expires'],
    [['audit', '--since', 'yesterday'], {}, '--since'],
    [['audit', '--limit', '0'], {}, '--limit'],
    [['token', 'list'], { EDGEBOOT_SECRET_KEY: 'hunter2' }, 'EDGEBOOT_SECRET_KEY'],
    [['token', 'list'], { DATABASE_URL: 'postgres://u:hunter2@h:99999999/x' }, 'postgres://USER'],
    [['token', 'list'], { DATABASE_URL: 'mysql://u:hunter2@h/x' }, 'postgres://USER'],
  ] as [string[], NodeJS.ProcessEnv, string][])(
    '%j with %j ends with 2 and says why',
    async (args, env, words) => {
      const { code, stderr } = await edgebootAt('usage', env).run(...args)

      expect(code).toBe(2)
      expect(stderr).toContain(words)
      expect(stderr).not.toContain('hunter2')
    },
  )

  test('a database that cannot be reached is named without its password', async () => {
    const DATABASE_URL = `${(await server.newDatabase()).replace(/:[^:@]*@/, ':hunter2@')}`

    const { code, stderr } = await edgebootAt('unreachable', { DATABASE_URL }).run('token', 'list')

    expect(code).toBe(1)
    expect(stderr).toMatch(/postgres:\/\/edgeboot@.*password authentication failed.*\[store\.failed\]/)
    expect(stderr).not.toContain('hunter2')
  })

  test('a key others can read is refused', async () => {
    const { path, run } = edgebootAt('open-key')
    await run('token', 'list')
    const key = readFileSync(join(path, 'secret.key'), 'utf8')
    rmSync(join(path, 'secret.key'))
    writeFileSync(join(path, 'secret.key'), key, { mode: 0o644 })

    const { code, stderr } = await run('token', 'list')

    expect([code, stderr]).toEqual([2, expect.stringMatching(/chmod 600/)])
    expect(stderr).not.toContain(key.trim())
  })

  test.each([[['token', 'create']], [['token', 'list']], [['token', 'revoke']], [['audit']]])(
    '%j --help shows examples',
    async (command) => {
      const { code, stdout } = await runEdgeboot([...command, '--help'])

      expect(code).toBe(0)
      expect(stdout).toContain('$ edgeboot')
    },
  )
})
