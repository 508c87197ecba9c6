import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readCertificatesFile, readSecretFile } from '../../src/adapters/files-node/given-files.ts'
import { parseApiKey } from '../../src/adapters/palette-api/credentials.ts'
import { createPaletteRegistry } from '../../src/adapters/palette-api/palette-registry.ts'
import type { EdgeHostId } from '../../src/domain/palette.ts'
import { openPaletteSimulator, type PaletteFault, type PaletteSimulator } from '../simulators/palette-api.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-palette-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const id = 'edge-0123456789abcdef0123456789abcdef' as EdgeHostId
const signal = () => AbortSignal.timeout(20_000)

function registryOf(
  palette: Pick<PaletteSimulator, 'url' | 'apiKey'>,
  more: Partial<Parameters<typeof createPaletteRegistry>[0]> = {},
) {
  const { url: endpoint, apiKey } = palette
  return createPaletteRegistry({
    endpoint,
    apiKey,
    clock: createFakeClock(),
    timeoutMs: 500,
    maxBytes: 65_536,
    ...more,
  })
}

test('a registered host is found with state and health, and no more of it than that', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette)
  palette.put({ uid: id, state: 'in-use', health: 'unhealthy', message: 'disk\u001b[31m full' })

  const answer = await registry.edgeHost(id, signal())

  expect(answer).toEqual({
    kind: 'found',
    record: {
      uid: id,
      name: id,
      state: 'in-use',
      health: 'unhealthy',
      healthMessage: 'disk [31m full',
      createdAt: Date.parse('2026-01-01T00:00:00Z'),
    },
  })
})

test('key and project travel in headers, not in the URL', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette, { projectUid: 'p1' })
  palette.addProject('p1', 'Stores')

  const answers = [await registry.edgeHost(id, signal()), await registry.project(signal())]

  expect(answers).toEqual([{ kind: 'not-found' }, { kind: 'found', name: 'Stores' }])
  expect(palette.requests).toEqual([
    { line: `GET /v1/edgehosts/${id}`, apiKey: palette.apiKey, projectUid: 'p1' },
    { line: 'GET /v1/projects/p1', apiKey: palette.apiKey, projectUid: 'p1' },
  ])
})

test('without a project the calls have tenant scope, and no project is asked for', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette)

  expect(await registry.project(signal())).toBeUndefined()
  await registry.edgeHost(id, signal())

  expect(palette.requests.map(({ projectUid }) => projectUid)).toEqual([undefined])
})

test('a project that does not exist is told apart from trouble', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette, { projectUid: 'nowhere' })

  expect(await registry.project(signal())).toEqual({ kind: 'not-found' })
})

const redirect = { location: 'http://127.0.0.1:1/' }
test.each<[string, PaletteFault, string, RegExp]>([
  ['401', { kind: 'status', status: 401 }, 'unauthorized', /API key.*401/],
  ['403', { kind: 'status', status: 403 }, 'forbidden', /403/],
  ['429', { kind: 'status', status: 429 }, 'throttled', /429/],
  ['500', { kind: 'status', status: 500 }, 'failing', /500/],
  ['503', { kind: 'status', status: 503 }, 'failing', /503/],
  ['418', { kind: 'status', status: 418 }, 'malformed', /418, Status418/],
  ['204', { kind: 'status', status: 204 }, 'malformed', /204/],
  ['a redirect', { kind: 'status', status: 302, headers: redirect }, 'malformed', /not followed/],
  ['no answer', { kind: 'silent' }, 'slow', /within 0.5 s/],
  ['half an answer', { kind: 'stuck' }, 'slow', /within 0.5 s/],
  ['no JSON', { kind: 'malformed', body: '<html>' }, 'malformed', /no JSON/],
  ['other JSON', { kind: 'malformed', body: '[]' }, 'malformed', /no JSON object/],
  ['no edge host', { kind: 'malformed', body: '{"metadata":null}' }, 'malformed', /no edge host/],
  ['too deep', { kind: 'malformed', body: '['.repeat(60_000) }, 'malformed', /no JSON/],
  ['too much', { kind: 'endless' }, 'malformed', /more than 65536 bytes/],
  ['too much, as told', { kind: 'endless', contentLength: 10e9 }, 'malformed', /more than 65536/],
  ['a hang-up', { kind: 'hang-up' }, 'unreachable', /ECONNRESET/],
])('%s is trouble that is named', async (_, fault, trouble, detail) => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette)
  palette.put({ uid: id })
  palette.fail(fault)

  const answer = await registry.edgeHost(id, signal())
  const next = await registry.edgeHost(id, signal())

  expect(answer).toMatchObject({ kind: 'trouble', trouble, detail: expect.stringMatching(detail) })
  expect(JSON.stringify(answer)).not.toContain(palette.apiKey)
  expect(next).toMatchObject({ kind: 'found' })
})

test('a 404 of Palette means that there is no such host; any other points at the endpoint', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette)
  palette.fail({ kind: 'status', status: 404 })
  palette.fail({ kind: 'malformed', status: 404, body: '<h1>nginx</h1>' })

  expect(await registry.edgeHost(id, signal())).toEqual({ kind: 'not-found' })
  expect(await registry.edgeHost(id, signal())).toMatchObject({
    trouble: 'malformed',
    detail: expect.stringContaining('look at the endpoint'),
  })
})

test.each([
  ['7', 7000],
  ['99999999', 600_000],
  [new Date(1_000_000 + 30_000).toUTCString(), 30_000],
  ['soon', undefined],
])('Retry-After: %s keeps us away for %s ms', async (value, retryAfterMs) => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette)
  palette.fail({ kind: 'status', status: 429, headers: { 'retry-after': value } })

  const answer = await registry.edgeHost(id, signal())

  expect(answer).toMatchObject({ trouble: 'throttled' })
  expect(answer.kind === 'trouble' && answer.retryAfterMs).toEqual(retryAfterMs)
})

test('a wrong key is refused, and appears in no word of the answer even if the server says it', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf({ url: palette.url, apiKey: 'my-very-own-key' })
  const echo = { metadata: { uid: id, name: 'my-very-own-key' }, status: { state: 'my-very-own-key' } }

  const refused = await registry.edgeHost(id, signal())
  palette.fail({ kind: 'malformed', body: JSON.stringify(echo) })
  const echoed = await registry.edgeHost(id, signal())

  expect(refused).toMatchObject({ trouble: 'unauthorized' })
  expect(JSON.stringify([refused, echoed])).not.toContain('my-very-own-key')
})

test('a call ends at once with the reason of its signal', async () => {
  await using palette = await openPaletteSimulator()
  using registry = registryOf(palette, { timeoutMs: 60_000 })
  palette.fail({ kind: 'silent' })
  const stop = new AbortController()
  const asking = registry.edgeHost(id, stop.signal)

  stop.abort(new Error('enough'))

  await expect(asking).rejects.toThrow('enough')
})

test('a port that nobody listens on is unreachable', async () => {
  using registry = registryOf({ url: 'http://127.0.0.1:1', apiKey: 'a-key-of-ours' })

  expect(await registry.edgeHost(id, signal())).toMatchObject({
    trouble: 'unreachable',
    detail: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a self-hosted Palette is trusted by its CA file, and only by it', async () => {
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const subject = ['-subj', '/CN=palette', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1', '-nodes']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  })
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  await using palette = await openPaletteSimulator({ tls })
  using trusting = registryOf(palette, {
    ca: await readCertificatesFile(cert, '--palette-ca-file'),
    timeoutMs: 5000,
  })
  using stranger = registryOf(palette, { timeoutMs: 5000 })

  expect(await trusting.edgeHost(id, signal())).toEqual({ kind: 'not-found' })
  expect(await stranger.edgeHost(id, signal())).toMatchObject({
    trouble: 'unreachable',
    detail: expect.stringContaining('--palette-ca-file'),
  })
})

test('a key file that others may read is refused with the remedy', async () => {
  const file = join(directory, 'key')
  writeFileSync(file, 'abcdefgh12345678\n', { mode: 0o600 })

  expect(parseApiKey(await readSecretFile(file, '--key-file'), file)).toBe('abcdefgh12345678')
  chmodSync(file, 0o640)
  await expect(readSecretFile(file, '--key-file')).rejects.toThrow(/mode 0640\); do chmod 600/)
})

test.each([['two\nlines-of-text'], ['short'], ['with space in it'], ['ключ-длинный']])(
  '%j is no API key, and is not repeated',
  (value) => {
    const read = () => parseApiKey(value, 'EDGEBOOT_PALETTE_API_KEY')

    expect(read).toThrow(/EDGEBOOT_PALETTE_API_KEY: expected one API key/)
    expect(read).not.toThrow(value)
  },
)

test('a missing or strange file is refused', async () => {
  writeFileSync(
    join(directory, 'no.pem'),
    '-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n',
  )

  await expect(readSecretFile(join(directory, 'none'), '--key-file')).rejects.toThrow(/cannot be read/)
  await expect(readSecretFile(directory, '--key-file')).rejects.toThrow(/expected a file/)
  await expect(readCertificatesFile(join(directory, 'no.pem'), '--ca')).rejects.toThrow(
    /expected PEM certificates/,
  )
})
