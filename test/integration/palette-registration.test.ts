import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createPaletteRegistry } from '../../src/adapters/palette-api/palette-registry.ts'
import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import type { Uuid } from '../../src/domain/uuid.ts'
import { createRegistrationCheck } from '../../src/services/registration-check.ts'
import { openPaletteSimulator, type PaletteSimulator } from '../simulators/palette-api.ts'
import { createSilentLog } from '../support/silent-log.ts'

const HOST = { name: 'edge-1', uuid: '00112233-4455-6677-8899-aabbccddeeff' as Uuid }
const [STRAIGHT, SWAPPED] = ['edge-00112233445566778899aabbccddeeff', 'edge-33221100554477668899aabbccddeeff']
const signal = () => AbortSignal.timeout(20_000)

function checkAgainst(palette: PaletteSimulator, projectUid?: string) {
  const clock = createSystemClock()
  const registry = createPaletteRegistry({
    endpoint: palette.url,
    apiKey: palette.apiKey,
    clock,
    timeoutMs: 200,
    ...(projectUid === undefined ? {} : { projectUid }),
  })
  const pace = { initialDelayMs: 5, intervalMs: 10, timeoutMs: 10_000, rate: { perSecond: 500, burst: 5 } }
  return createRegistrationCheck(
    { registry, clock, random: createCryptoRandom(), log: createSilentLog() },
    pace,
  )
}

async function requestsReach(palette: PaletteSimulator, count: number): Promise<void> {
  while (palette.requests.length < count) await sleep(2)
}

test('a host is followed through every trouble until it is ready and healthy', async () => {
  await using palette = await openPaletteSimulator()
  const check = checkAgainst(palette)
  palette.fail({ kind: 'status', status: 503 })
  palette.fail({ kind: 'silent' })
  palette.fail({ kind: 'malformed', body: 'oops' })
  palette.fail({ kind: 'status', status: 429, headers: { 'retry-after': '0' } })
  palette.fail({ kind: 'hang-up' })
  palette.fail({ kind: 'endless' })
  const waiting = check.waitRegistered(HOST, signal())

  await requestsReach(palette, 8)
  palette.put({ uid: SWAPPED, state: 'ready', health: 'unhealthy', message: 'pods are missing' })
  await requestsReach(palette, 12)
  const meanwhile = check.lastSeen('edge-1')
  palette.put({ uid: SWAPPED, state: 'ready', health: 'healthy' })

  expect(await waiting).toEqual({
    ok: true,
    reason: `edge host ${SWAPPED}: Palette has it as ready and healthy`,
  })
  expect(meanwhile).toContain('unhealthy (“pods are missing”)')
})

test('before the installation an existing id and an unknown project are warned of', async () => {
  await using palette = await openPaletteSimulator()
  palette.addProject('stores', 'Stores')
  palette.put({ uid: STRAIGHT })

  const inProject = await checkAgainst(palette, 'stores').checkBefore(HOST, signal())
  const nowhere = await checkAgainst(palette, 'nowhere').checkBefore(HOST, signal())

  expect(inProject).toEqual({ warnings: [expect.stringContaining(STRAIGHT)], trouble: false })
  expect(nowhere.warnings[0]).toContain('no such project')
})

test('a key that is refused is told before anything is begun', async () => {
  await using palette = await openPaletteSimulator()
  const check = checkAgainst({ ...palette, apiKey: 'another-key' } as PaletteSimulator)

  const { warnings, trouble } = await check.checkBefore(HOST, signal())

  expect({ warnings, trouble }).toEqual({ warnings: [expect.stringContaining('401')], trouble: true })
})
