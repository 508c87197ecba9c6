import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import { createMemoryStore } from '../../src/adapters/store-memory/memory-store.ts'
import { createUserDataReader } from '../../src/adapters/user-data-threads/user-data-reader.ts'
import { parseFleet } from '../../src/codec/fleet-file/parse-fleet.ts'
import type { Fleet } from '../../src/domain/fleet/fleet.ts'
import { desireFleet } from '../../src/services/desire-fleet.ts'
import { openFleetKeeper } from '../../src/services/fleet-keeper.ts'
import { createFleetPlans } from '../../src/services/fleet-plans.ts'
import { openHostBook } from '../../src/services/host-book.ts'
import { aShelf } from '../../test/support/a-shelf.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { standInIso } from '../../test/support/stand-in-iso.ts'
import { BASE, fleetText, HOSTS } from '../large-fleet.ts'
import { applyFleet, serveFleet, writeFleet } from '../load/served-fleet.ts'
import type { Bench } from '../measure/table.ts'

const FLEET_WHEN_QUICK = 500
const FIRST = 'edgeboot apply, the whole command'
const lookups = { env: () => 'q7Xk2mZ9pLw4', file: () => ({ text: BASE }) }
const log = createSilentLog()
const { signal } = new AbortController()

/** What a large fleet file takes from its text until it is in force. */
export const fleetApplyBench: Bench = {
  name: 'fleet-apply',
  async run({ folder, isQuick, repetitions }) {
    const hosts = isQuick ? FLEET_WHEN_QUICK : HOSTS
    const column = `${hosts} hosts`
    const steps = await stepsFor(fleetText('./installer.iso', hosts))
    const samples = new Map<string, number[]>()
    const path = await writeFleet(folder, await standInIso(), hosts)
    for (let run = 0; run < repetitions; run += 1) {
      for (const [row, step] of steps) keep(row, await timed(step))
      const dataDirectory = `${folder}/apply-${run}`
      await using _server = await serveFleet(dataDirectory)
      keep(FIRST, await applyFleet(dataDirectory, path))
      keep(`${FIRST}, again`, await applyFleet(dataDirectory, path))
    }
    return [
      {
        id: 'fleet-apply',
        title: 'Applying a large fleet',
        method:
          'A fleet file in which every host has an address, a serial number and a layer of user-data of its own. The steps ' +
          'in one process and without a database; the whole command as people run it, its start included, against edgeboot ' +
          'serve with SQLite, first with nothing in force and then with the same fleet in force.',
        unit: 'ms',
        cells: [...samples].map(([row, of]) => ({ row, column, samples: of })),
        goals: [{ row: FIRST, column, atMost: 5000 }],
      },
    ]

    function keep(row: string, ms: number): void {
      samples.set(row, [...(samples.get(row) ?? []), ms])
    }
  },
}

async function stepsFor(text: string): Promise<readonly (readonly [string, () => unknown])[]> {
  const fleet = fleetOf(text)
  const desired = desireFleet(fleet, lookups, (path) => path)
  const { keeper, plans } = await openKeeper()
  await keeper.apply(desired, { prune: false }, signal)
  const changed = {
    ...desired,
    hosts: desired.hosts.map((host, at) => (at % 3 ? host : { ...host, labels: {} })),
  }
  const facts = { mac: '00-50-56-AA-00-34', serial: 'VMware-52' }
  return [
    ['parse and validate', () => fleetOf(text)],
    ['merge and render', () => desireFleet(fleet, lookups, (path) => path)],
    ['plan against itself, a third changed', () => keeper.plan(changed, { prune: false }, signal)],
    [
      'check and apply to nothing',
      async () => (await openKeeper()).keeper.apply(desired, { prune: false }, signal),
    ],
    [
      'match 1,000 machines',
      () => {
        for (let machine = 0; machine < 1000; machine += 1) plans.identify(facts)
      },
    ],
  ]
}

async function timed(step: () => unknown): Promise<number> {
  const began = performance.now()
  await step()
  return performance.now() - began
}

function fleetOf(text: string): Fleet {
  const { fleet, problems } = parseFleet([{ file: 'fleet.yaml', text }])
  if (!fleet) throw new Error(JSON.stringify(problems.slice(0, 3)))
  return fleet
}

async function openKeeper() {
  const shelf = aShelf()
  const plans = createFleetPlans(shelf, log)
  const [store, clock, random] = [createMemoryStore(), createFakeClock(), createCryptoRandom()]
  const book = await openHostBook({ store, clock, random, log })
  const parts = { store, shelf, plans, book, clock, random, log, reader: createUserDataReader() }
  const keeper = await openFleetKeeper(
    { ...parts, abilities: { drivers: ['qemu'] }, remove: async () => undefined, applied: () => undefined },
    signal,
  )
  return { keeper, plans }
}
