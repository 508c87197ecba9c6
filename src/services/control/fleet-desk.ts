import { type DesiredFleet, type DesiredHost, NEW_HOST_NAME } from '../../domain/desired-fleet.ts'
import { Failure } from '../../domain/failure.ts'
import { isMachineName } from '../../domain/machine.ts'
import type { MachineFacts } from '../../domain/matching.ts'
import type { DiscoveryDesk } from '../../ports/control/discovery-desk.ts'
import type { FleetDesk } from '../../ports/control/fleet-desk.ts'
import { changeFleet } from './change-fleet.ts'
import { type ControlParts, requireHost } from './control-parts.ts'
import { createHostDesk, definitionView, pageOf } from './host-views.ts'

/** How long an adopted machine may be installed without being armed again, in milliseconds. */
const ADOPTED_WINDOW_MS = 30 * 60_000

/** The wish for the fleet, as the control API shows and changes it. */
export function createFleetDesk({ plans, keeper, hasher, signal }: ControlParts): FleetDesk {
  function requireKnownInstallers(desired: DesiredFleet, mayAddInstallers: boolean): void {
    if (mayAddInstallers) return
    const known = new Map(plans.fleet().installers.map(({ name, isoPath }) => [name, isoPath]))
    const foreign = desired.installers.find(({ name, isoPath }) => known.get(name) !== isoPath)
    if (!foreign) return
    throw new Failure(
      'auth.forbidden',
      `installer ${foreign.name} is not registered with that path, and only an admin may bring installers along`,
    )
  }

  return {
    fleet: async () => {
      const { hosts, profiles, ...rest } = plans.fleet()
      return {
        ...rest,
        profiles: profiles.map(({ template: _, ...profile }) => profile),
        hosts: hosts.map((host) => definitionView(host, hasher)),
        version: keeper.version(),
      }
    },
    planFleet: async (desired, { prune, mayAddInstallers }) => {
      requireKnownInstallers(desired, mayAddInstallers)
      return await keeper.plan(desired, { prune }, signal)
    },
    applyFleet: async (desired, { prune, mayAddInstallers, ifVersion }) => {
      requireKnownInstallers(desired, mayAddInstallers)
      return await keeper.apply(desired, { prune, ifVersion }, signal)
    },
  }
}

/** Machines nobody defined, and how they become hosts. */
export function createDiscoveryDesk(parts: ControlParts): DiscoveryDesk {
  const { discovery, book } = parts
  const hosts = createHostDesk(parts)

  function require(id: string) {
    const found = discovery.find(id)
    if (found) return found
    throw new Failure('discovered.not-found', `there is no discovered machine ${id.slice(0, 80)}`)
  }

  return {
    discovered: async (page) =>
      pageOf(
        discovery.all().toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        page,
        ({ id }) => id,
      ),
    adopt: async (id, { name, profile }, by) => {
      await adoptMachine(parts, require(id).told, { name, profile, by })
      discovery.forget(id)
      return await hosts.detailOf(requireHost(book, name))
    },
    forget: async (id) => {
      require(id)
      discovery.forget(id)
    },
  }
}

/**
 * Makes a host of a machine nobody defined, with all that the profile says, and arms it. Failure `host.name-taken`,
 * `fleet.invalid`.
 */
export async function adoptMachine(
  {
    book,
    plans,
    keeper,
    clock,
    signal,
  }: Pick<ControlParts, 'book' | 'plans' | 'keeper' | 'clock' | 'signal'>,
  facts: MachineFacts,
  as: { readonly name: string; readonly profile: string; readonly by: string },
): Promise<void> {
  const { name, by } = as
  if (!isMachineName(name)) throw new Failure('fleet.invalid', `${name.slice(0, 80)} cannot be a host name`)
  await changeFleet({ plans, keeper, signal }, (fleet) => {
    if (book.state(name)) throw new Failure('host.name-taken', `there is a host ${name} already`)
    return { ...fleet, hosts: [...fleet.hosts, hostFor(facts, as, fleet)] }
  })
  await book.record(name, { type: 'host.armed', data: { until: clock.now() + ADOPTED_WINDOW_MS, by } })
}

/** The machine as a host of the profile. */
function hostFor(
  { mac, uuid }: MachineFacts,
  { name, profile }: { readonly name: string; readonly profile: string },
  { profiles }: DesiredFleet,
): DesiredHost {
  const template = profiles.find((one) => one.name === profile)?.template
  if (!template) {
    throw new Failure(
      'fleet.invalid',
      `profile ${profile.slice(0, 80)} does not exist, or its user-data needs more than a name: define the host in the fleet file`,
    )
  }
  if (!mac) throw new Failure('fleet.invalid', 'the machine has told no MAC address to recognise it by')
  return {
    ...template,
    userData: template.userData.replaceAll(NEW_HOST_NAME, name),
    name,
    profile,
    match: { mac, ...(uuid ? { uuid } : {}) },
    labels: {},
  }
}
