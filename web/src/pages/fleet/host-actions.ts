import type { HostView } from '../../../../src/contract/hosts.ts'
import { type HostAction, refusalOf } from '../../hosts/refusals.ts'

export const ACTIONS = [
  'power-on',
  'power-off',
  'power-reset',
  'reinstall',
  'retry',
  'approve',
  'arm',
] as const satisfies readonly HostAction[]
export type Action = (typeof ACTIONS)[number]

interface ActionAbout {
  readonly label: string
  /** What it comes to for these hosts, as a sentence. */
  readonly effect: (hosts: string) => string
  /** Takes away what is on a disk. */
  readonly isErasing?: true
  /** Interrupts what runs. */
  readonly isHard?: true
}

export const ABOUT: Readonly<Record<Action, ActionAbout>> = {
  'power-on': {
    label: 'Power on',
    effect: (hosts) =>
      `${hosts} will be switched on. Physical hosts are woken by Wake-on-LAN, and those that are not installed yet may then fetch the installer for 30 minutes.`,
  },
  'power-off': {
    label: 'Power off',
    isHard: true,
    effect: (hosts) => `${hosts} will be switched off the hard way, whatever runs there.`,
  },
  'power-reset': {
    label: 'Reset',
    isHard: true,
    effect: (hosts) => `${hosts} will be reset the hard way, whatever runs there.`,
  },
  reinstall: {
    label: 'Reinstall',
    isErasing: true,
    effect: (hosts) => `The disks of ${hosts} will be erased at the next boot.`,
  },
  retry: { label: 'Retry', effect: (hosts) => `${hosts} will be tried once more.` },
  approve: {
    label: 'Approve',
    isErasing: true,
    effect: (hosts) =>
      `${hosts} will be installed as soon as possible; what is on their disks is erased then.`,
  },
  arm: {
    label: 'Arm',
    isErasing: true,
    effect: (hosts) =>
      `${hosts} may fetch the installer for 30 minutes; what is on their disks is erased when they boot from the network.`,
  },
}

export interface Unable {
  readonly name: string
  readonly why: string
}

/** Which of the hosts it can be done to, and why not to the others. */
export function judge(
  action: Action,
  hosts: readonly HostView[],
): { readonly able: readonly string[]; readonly unable: readonly Unable[] } {
  const judged = hosts.map((host) => ({ name: host.name, why: refusalOf(action, host) }))
  return {
    able: judged.flatMap(({ name, why }) => (why === undefined ? [name] : [])),
    unable: judged.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }])),
  }
}

/** The name of a single host; otherwise how many there are. */
export function hostsInWords(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : `these ${names.length} hosts`
}

/** What has to be typed before it is done: for what erases more than one host, how many. */
export function typedFor(action: Action, count: number): string | undefined {
  return ABOUT[action].isErasing && count > 1 ? String(count) : undefined
}
