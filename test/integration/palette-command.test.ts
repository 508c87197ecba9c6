import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import { createMemoryStore } from '../../src/adapters/store-memory/memory-store.ts'
import { openRegistration, type PaletteOptions, warnOfRegistration } from '../../src/app/palette.ts'
import { edgeHostIds } from '../../src/domain/palette.ts'
import { parseReadyProbe } from '../../src/domain/ready-probe.ts'
import type { UserDataSummary } from '../../src/domain/user-data.ts'
import { openHostBook } from '../../src/services/host-book.ts'
import { openPaletteSimulator } from '../simulators/palette-api.ts'
import { aHost } from '../support/a-host.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-palette-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const central: UserDataSummary = { managementMode: 'central', finish: 'poweroff', localUiPort: 5080 }
const probe = parseReadyProbe('palette')
const parts = { clock: createSystemClock(), random: createCryptoRandom(), log: createSilentLog() }
const signal = () => AbortSignal.timeout(20_000)

test.each<[string, PaletteOptions, Partial<UserDataSummary>, Record<string, string>, RegExp]>([
  ['no key', {}, {}, {}, /needs an API key.*--palette-api-key-file/],
  ['a host that never registers', {}, { managementMode: 'local' }, {}, /managementMode: local/],
  ['a key file that is not there', { apiKeyFile: join(directory, 'none') }, {}, {}, /cannot be read/],
  ['plain http', { endpoint: 'http://palette' }, {}, { EDGEBOOT_PALETTE_API_KEY: 'abcdefgh' }, /use https/],
  ['a name for a project', { projectUid: 'A b' }, {}, { EDGEBOOT_PALETTE_API_KEY: 'abcdefgh' }, /its uid/],
])('%s is refused before anything is begun', async (_, palette, userData, env, message) => {
  await expect(openRegistration({ palette }, probe, { ...central, ...userData }, env)).rejects.toThrow(
    message,
  )
})

test('without a key and without the probe nothing is asked', async () => {
  const { open } = await openRegistration({}, parseReadyProbe('auto'), central, {})
  using palette = open(parts)

  expect(palette.check).toBeUndefined()
})

test('with a key in a file, hosts that have yet to install are looked for, each warning once', async () => {
  await using simulator = await openPaletteSimulator()
  const apiKeyFile = join(directory, 'key')
  writeFileSync(apiKeyFile, `${simulator.apiKey}\n`, { mode: 0o600 })
  const book = await openHostBook({ ...parts, store: createMemoryStore() })
  const hosts = [aHost(), aHost({ name: 'edge-2', spec: { mac: '52:54:00:00:00:02' as never } })]
  for (const host of hosts) await book.add(host)
  await book.record('edge-2', { type: 'host.stage', data: { stage: 'disk-boot', detail: '', address: 'x' } })
  for (const uid of edgeHostIds({ uuid: hosts[0]?.spec?.uuid ?? ('' as never) })) simulator.put({ uid })
  const options = { endpoint: simulator.url, projectUid: 'stores', apiKeyFile }
  const { open, identity } = await openRegistration({ palette: options }, probe, central, {})
  using palette = open(parts)
  simulator.addProject('stores', 'Stores')

  const warnings = await warnOfRegistration({ hosts, book, identity, palette }, signal())

  expect(warnings).toEqual([
    expect.stringMatching(/^edge-1: .*duplicate/),
    expect.stringMatching(/^edge-1: .*duplicate/),
  ])
  expect(simulator.requests.map(({ line }) => line.replace(/edge-.*/, 'ID'))).toEqual([
    'GET /v1/projects/stores',
    'GET /v1/edgehosts/ID',
    'GET /v1/edgehosts/ID',
  ])
})

test('one name for several hosts is warned of: it is their id', async () => {
  await using simulator = await openPaletteSimulator()
  const book = await openHostBook({ ...parts, store: createMemoryStore() })
  const hosts = ['edge-1', 'edge-2'].map((name) => aHost({ name }))
  const env = { EDGEBOOT_PALETTE_API_KEY: simulator.apiKey }
  const userData = { ...central, siteName: 'store' }
  const { open, identity } = await openRegistration(
    { palette: { endpoint: simulator.url } },
    probe,
    userData,
    env,
  )
  using palette = open(parts)

  const warnings = await warnOfRegistration({ hosts, book, identity, palette }, signal())

  expect(warnings).toEqual([expect.stringContaining('all 2 hosts have “store”')])
})

test('a Palette that does not answer is told once, however many hosts there are', async () => {
  const book = await openHostBook({ ...parts, store: createMemoryStore() })
  const hosts = ['edge-1', 'edge-2', 'edge-3'].map((name) => aHost({ name }))
  const options = { endpoint: 'http://127.0.0.1:1' }
  const env = { EDGEBOOT_PALETTE_API_KEY: 'abcdefgh' }
  const { open, identity } = await openRegistration({ palette: options }, probe, central, env)
  using palette = open(parts)

  const warnings = await warnOfRegistration({ hosts, book, identity, palette }, signal())

  expect(warnings).toEqual([expect.stringContaining('ECONNREFUSED')])
})
