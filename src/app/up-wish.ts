import { basename, resolve } from 'node:path'
import type { UserDataDocument } from '../codec/user-data/user-data.ts'
import { type DesiredFleet, type DesiredHost, secretPathsFor } from '../domain/desired-fleet.ts'
import type { ReadyProbe } from '../domain/ready-probe.ts'
import type { UpOptions } from './up-options.ts'

/** What `up` adds to a fleet. */
export type UpWish = Pick<DesiredFleet, 'installers' | 'profiles' | 'hosts'>

const PROFILE = 'up'

/** One installer, one profile and the hosts that were asked for. */
export function wishOf(options: UpOptions, userData: UserDataDocument, ready: ReadyProbe): UpWish {
  const installer = {
    name: installerName(options.isoPath),
    isoPath: resolve(options.isoPath),
    ...(options.paths ? { paths: options.paths } : {}),
  }
  const profile = { name: `${PROFILE}-${options.name}`, maxParallel: options.concurrency }
  return { installers: [installer], profiles: [profile], hosts: hostsOf(options, userData, ready) }
}

/** What was wished before, with this in it. */
export function addToFleet(before: DesiredFleet, wish: UpWish): DesiredFleet {
  return {
    ...before,
    installers: replaced(before.installers, wish.installers),
    profiles: replaced(before.profiles, wish.profiles),
    hosts: replaced(before.hosts, wish.hosts),
  }
}

function hostsOf(options: UpOptions, userData: UserDataDocument, ready: ReadyProbe): readonly DesiredHost[] {
  const { name, count, boot, firmware, cpus, memoryMiB, diskGiB, network, kernelArgs, phoneHome } = options
  return Array.from(
    { length: count },
    (_, index): DesiredHost => ({
      name: `${name}-${index + 1}`,
      profile: `${PROFILE}-${name}`,
      installer: installerName(options.isoPath),
      match: {},
      labels: {},
      machine: {
        driver: options.driver,
        boot,
        firmware,
        cpus,
        memoryMiB,
        diskGiB,
        ...(network === undefined ? {} : { network }),
        options: options.machineOptions,
      },
      kernelArgs,
      userData: userData.text,
      ...secretPathsFor(userData.secretPaths),
      ready,
      localBoot: 'auto',
      approve: 'auto',
      timeouts: {},
      readyWithinMs: options.timeoutMs,
      phoneHome,
    }),
  )
}

function replaced<T extends { readonly name: string }>(had: readonly T[], next: readonly T[]): readonly T[] {
  const names = new Set(next.map(({ name }) => name))
  return [...had.filter(({ name }) => !names.has(name)), ...next]
}

function installerName(isoPath: string): string {
  return basename(isoPath).replace(/\.iso$/i, '')
}
