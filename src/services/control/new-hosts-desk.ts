import { decodeUserData, renderUserData } from '../../codec/user-data/user-data.ts'
import { type DesiredFleet, type DesiredHost, secretPathsFor } from '../../domain/desired-fleet.ts'
import { Failure } from '../../domain/failure.ts'
import type { NewHosts, NewHostsDesk } from '../../ports/control/fleet-desk.ts'
import { changeFleet } from './change-fleet.ts'
import type { ControlParts } from './control-parts.ts'

/** A profile for hosts that name none, so that the limits of others do not hold for them. */
const PROFILE = 'dashboard'

/** Hosts added to the fleet in force without a fleet file, as `edgeboot up` does it. */
export function createNewHostsDesk(
  parts: Pick<ControlParts, 'plans' | 'keeper' | 'book' | 'signal'>,
): NewHostsDesk {
  const { book } = parts
  function requireFree(names: readonly string[], { hosts }: DesiredFleet): void {
    const known = new Set(hosts.map(({ name }) => name))
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice) throw new Failure('fleet.invalid', `the name ${twice} is given twice`)
    const taken = names.find((name) => known.has(name) || book.state(name))
    if (taken)
      throw new Failure('host.name-taken', `there is a host ${taken} already; choose another name`, {
        name: taken,
      })
  }

  function withHosts(
    fleet: DesiredFleet,
    wish: NewHosts,
    userData: Pick<DesiredHost, 'userData' | 'secretPaths'>,
  ): DesiredFleet {
    if (!fleet.installers.some(({ name }) => name === wish.installer)) {
      throw new Failure(
        'installer.not-found',
        `there is no installer ${wish.installer}; register its ISO first`,
      )
    }
    requireFree(wish.names, fleet)
    const profile = wish.profile ?? PROFILE
    const isThere = fleet.profiles.some(({ name }) => name === profile)
    const hosts = wish.names.map((name) => hostOf(name, profile, userData, wish))
    return {
      ...fleet,
      profiles: isThere ? fleet.profiles : [...fleet.profiles, { name: profile }],
      hosts: [...fleet.hosts, ...hosts],
    }
  }

  return {
    addHosts: async (wish) => {
      if (wish.match && wish.names.length > 1) {
        throw new Failure('fleet.invalid', 'match describes one machine, so it goes with one name only')
      }
      const userData = documentOf(wish.userData)
      return await changeFleet(parts, (fleet) => withHosts(fleet, wish, userData))
    },
  }
}

/** The document as hosts get it. Failure `user-data.invalid` with the first error there is. */
function documentOf(text: string): Pick<DesiredHost, 'userData' | 'secretPaths'> {
  const { document, findings } = decodeUserData(text)
  if (document) return { userData: renderUserData(document), ...secretPathsFor(document.secretPaths) }
  const error = findings.find(({ severity }) => severity === 'error')
  const place = error ? `${error.line}:${error.column} ${error.message} (${error.rule})` : 'it cannot be read'
  throw new Failure('user-data.invalid', `user-data:${place}`)
}

function hostOf(
  name: string,
  profile: string,
  userData: Pick<DesiredHost, 'userData' | 'secretPaths'>,
  { installer, labels, machine, match, ready, approve }: NewHosts,
): DesiredHost {
  return {
    name,
    profile,
    installer,
    match: match ?? {},
    labels: labels ?? {},
    ...(machine ? { machine } : {}),
    kernelArgs: { add: [], remove: [] },
    ...userData,
    ready: ready ?? { kind: 'auto' },
    localBoot: 'auto',
    approve: approve ?? 'auto',
    timeouts: {},
    phoneHome: true,
  }
}
