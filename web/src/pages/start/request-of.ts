import type { AddHostsRequest } from '../../../../src/contract/fleet.ts'
import type { Draft } from './draft.ts'
import { filled, namesOf } from './where-problems.ts'

/** What the server is asked for. */
export function requestOf(draft: Draft, userData: string): AddHostsRequest {
  const { installer, place, machine, known } = draft
  const wish = { names: namesOf(draft), installer, userData }
  if (place === 'physical') return { ...wish, match: { [known.by]: known.value.trim() } }
  const { driver, boot, firmware, cpus, memoryGiB, diskGiB, network, options } = machine
  return {
    ...wish,
    machine: {
      ...{ driver, boot, firmware, cpus, diskGiB, memoryMiB: memoryGiB * 1024 },
      ...(network === '' ? {} : { network }),
      options: driver === 'vsphere' ? filled(options) : {},
    },
  }
}
