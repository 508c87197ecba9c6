import type { MachineFacts } from '../domain/matching.ts'
import type { BootClient, ScriptAnswer } from '../ports/boot-desk.ts'
import type { Log } from '../ports/log.ts'
import { renderUnknownHostScript } from '../render/ipxe/unknown-host-script.ts'

/** Deals with machines that are no host we know. */
export interface Strangers {
  answer(facts: MachineFacts, client: BootClient): Promise<ScriptAnswer>
}

/** Says on their console that they are not known and lets them go on. */
export function turnAway(log: Log): Strangers {
  return {
    answer: async ({ mac = '', uuid = '' }, { address }) => {
      log.warn({ address, mac, uuid }, 'an unknown machine asked for a boot script')
      return { action: 'unknown', script: renderUnknownHostScript({ mac, uuid }) }
    },
  }
}

/** Hands every one of them the same installer, as the classic names do. */
export function installAll(script: (base: string) => string, log: Log): Strangers {
  return {
    answer: async ({ mac = '' }, { address, base }) => {
      log.info({ address, mac }, 'handed the installer to a machine nobody announced')
      return { action: 'install', script: script(base) }
    },
  }
}
