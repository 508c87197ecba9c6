import '../src/cli/plain-environment.ts'
import { test } from 'vitest'
import { createCryptoRandom } from '../src/adapters/random-crypto/crypto-random.ts'
import { createMemoryStore } from '../src/adapters/store-memory/memory-store.ts'
import { createUserDataReader } from '../src/adapters/user-data-threads/user-data-reader.ts'
import { parseFleet } from '../src/codec/fleet-file/parse-fleet.ts'
import type { Fleet } from '../src/domain/fleet/fleet.ts'
import { desireFleet } from '../src/services/desire-fleet.ts'
import { openFleetKeeper } from '../src/services/fleet-keeper.ts'
import { createFleetPlans } from '../src/services/fleet-plans.ts'
import { openHostBook } from '../src/services/host-book.ts'
import { aShelf } from '../test/support/a-shelf.ts'
import { createFakeClock } from '../test/support/fake-clock.ts'
import { createSilentLog } from '../test/support/silent-log.ts'
import { BASE, fleetText, HOSTS } from './large-fleet.ts'

const ITERATIONS = 3
const LIMITS = { iterations: ITERATIONS, time: 0, warmup: false }

function fleetOf(text: string): Fleet {
  const { fleet, problems } = parseFleet([{ file: 'fleet.yaml', text }])
  if (!fleet) throw new Error(JSON.stringify(problems.slice(0, 3)))
  return fleet
}

const lookups = { env: () => 'q7Xk2mZ9pLw4', file: () => ({ text: BASE }) }
const log = createSilentLog()

const shelf = aShelf()

async function openKeeper() {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const random = createCryptoRandom()
  const book = await openHostBook({ store, clock, random, log })
  const plans = createFleetPlans(shelf, log)
  const reader = createUserDataReader()
  const dependencies = {
    reader,
    store,
    shelf,
    plans,
    book,
    clock,
    random,
    log,
    abilities: { drivers: ['qemu'] },
  }
  const keeper = await openFleetKeeper(
    { ...dependencies, remove: async () => undefined, applied: () => undefined },
    new AbortController().signal,
  )
  return { keeper, plans }
}

test(`a fleet of ${HOSTS} hosts`, { timeout: 300_000 }, async ({ bench }) => {
  const { signal } = new AbortController()
  const text = fleetText()
  const fleet = fleetOf(text)
  const desired = desireFleet(fleet, lookups, (path) => path)
  const applied = await openKeeper()
  await applied.keeper.apply(desired, { prune: false }, signal)
  const changed = {
    ...desired,
    hosts: desired.hosts.map((host, at) => (at % 3 ? host : { ...host, labels: {} })),
  }
  const steps: readonly (readonly [string, () => unknown])[] = [
    ['parse and validate', () => fleetOf(text)],
    ['merge and render', () => desireFleet(fleet, lookups, (path) => path)],
    ['plan against itself, a third changed', () => applied.keeper.plan(changed, { prune: false }, signal)],
    ['apply to nothing', async () => (await openKeeper()).keeper.apply(desired, { prune: false }, signal)],
  ]

  let total = 0
  const told: string[] = [`${(text.length / 1024 / 1024).toFixed(1)} MiB of YAML`]
  for (const [name, step] of steps) {
    const { latency } = await bench(name, async () => void (await step())).run(LIMITS)
    total += latency.mean
    told.push(`${name} ${latency.mean.toFixed(0)} ms`)
  }
  const facts = { mac: '00-50-56-AA-12-34', serial: 'VMware-4660' }
  const { latency } = await bench('match one machine', () => void applied.plans.identify(facts)).run(LIMITS)
  told.push(`match one machine ${latency.mean.toFixed(4)} ms`)
  const megabytes = Math.round(process.memoryUsage().rss / 1024 / 1024)
  console.log(
    `${HOSTS} hosts: ${told.join(', ')}; in all ${(total / 1000).toFixed(2)} s, ${megabytes} MiB resident`,
  )
})
