import type { Kysely, Transaction } from 'kysely'
import type { DesiredFleet } from '../../domain/desired-fleet.ts'
import { Failure } from '../../domain/failure.ts'
import type { FleetStore } from '../../ports/fleet-store.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import type { Tables } from './tables.ts'

/** One row as it is wished, its definition in clear. */
interface Part {
  readonly kind: 'installer' | 'profile' | 'host' | 'policy'
  readonly name: string
  readonly position: number
  readonly definition: string
}

/** Values in one insert; databases limit how many there may be. */
const ROWS_AT_A_TIME = 200
/** What is read at once is in memory at once, sealed and in clear; of a large fleet that is much. */
const READ_AT_A_TIME = 500
const KINDS: readonly Part['kind'][] = ['installer', 'profile', 'host', 'policy']

export function createFleetQueries(db: Kysely<Tables>, box: SecretBox): FleetStore {
  return {
    async fleet() {
      return await db.transaction().execute(async (transaction) => {
        const version = await versionOf(transaction)
        return version === 0 ? undefined : { version, fleet: await readFleet(transaction, box) }
      })
    },
    async saveFleet(fleet, ifVersion) {
      return await db.transaction().execute(async (transaction) => {
        const version = await versionOf(transaction)
        if (ifVersion !== undefined && ifVersion !== version) {
          throw new Failure(
            'fleet.changed',
            `the fleet is at version ${version}, not ${ifVersion} any more; plan again`,
          )
        }
        await writeParts(transaction, box, toParts(fleet))
        await transaction.deleteFrom('fleet_version').execute()
        await transaction
          .insertInto('fleet_version')
          .values({ version: version + 1 })
          .execute()
        return version + 1
      })
    },
  }
}

async function versionOf(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('fleet_version').select('version').executeTakeFirst()
  return row?.version ?? 0
}

/** Hands over all of one kind, in the order of their names. */
async function readParts(
  db: Kysely<Tables>,
  box: SecretBox,
  kind: Part['kind'],
  take: (part: Part) => void,
): Promise<void> {
  const next = db
    .selectFrom('fleet_parts')
    .select(['name', 'position', 'sealed_definition'])
    .where('kind', '=', kind)
    .orderBy('name')
    .limit(READ_AT_A_TIME)
  for (let last: string | undefined, isMore = true; isMore; ) {
    const rows = await (last === undefined ? next : next.where('name', '>', last)).execute()
    for (const { name, position, sealed_definition } of rows)
      take({ kind, name, position, definition: box.open(sealed_definition) })
    last = rows.at(-1)?.name
    isMore = rows.length === READ_AT_A_TIME
  }
}

/** Only what differs is written: sealing anew what is the same would rewrite thousands of rows for one change. */
async function writeParts(db: Transaction<Tables>, box: SecretBox, parts: readonly Part[]): Promise<void> {
  const had = new Map<string, Part>()
  for (const kind of KINDS) await readParts(db, box, kind, (part) => had.set(keyOf(part), part))
  const wanted = new Set(parts.map(keyOf))
  const gone = [...had.values()].filter((part) => !wanted.has(keyOf(part)))
  const changed = parts.filter((part) => {
    const before = had.get(keyOf(part))
    return before?.definition !== part.definition || before.position !== part.position
  })
  for (const { kind, name } of [...gone, ...changed.filter((part) => had.has(keyOf(part)))]) {
    await db.deleteFrom('fleet_parts').where('kind', '=', kind).where('name', '=', name).execute()
  }
  for (let at = 0; at < changed.length; at += ROWS_AT_A_TIME) {
    const rows = changed.slice(at, at + ROWS_AT_A_TIME).map(({ kind, name, position, definition }) => ({
      kind,
      name,
      position,
      sealed_definition: box.seal(definition),
    }))
    await db.insertInto('fleet_parts').values(rows).execute()
  }
}

function keyOf({ kind, name }: Pick<Part, 'kind' | 'name'>): string {
  return `${kind} ${name}`
}

function toParts({ installers, profiles, hosts, ...policy }: DesiredFleet): readonly Part[] {
  const named = (kind: Part['kind'], list: readonly { readonly name: string }[]): readonly Part[] =>
    list.map((one, position) => ({ kind, name: one.name, position, definition: JSON.stringify(one) }))
  return [
    ...named('installer', installers),
    ...named('profile', profiles),
    ...named('host', hosts),
    { kind: 'policy', name: '', position: 0, definition: JSON.stringify(policy) },
  ]
}

/** Written by this program only, from a fleet that was checked. */
async function readFleet(db: Kysely<Tables>, box: SecretBox): Promise<DesiredFleet> {
  const listOf = async (kind: Part['kind']) => {
    const found: { readonly position: number; readonly value: never }[] = []
    await readParts(db, box, kind, ({ position, definition }) => {
      found.push({ position, value: JSON.parse(definition) as never })
    })
    return found.sort((a, b) => a.position - b.position).map(({ value }) => value)
  }
  const [policy] = await listOf('policy')
  return Object.assign({}, policy, {
    installers: await listOf('installer'),
    profiles: await listOf('profile'),
    hosts: await listOf('host'),
  })
}
