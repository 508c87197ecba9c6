import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

/** A command, known by what the list of commands says of it; the rest is loaded when it is asked for. */
export interface CommandEntry {
  /** Its name and what follows it, as commander takes it. */
  readonly usage: string
  readonly summary: string
  /** Gives the command its options, actions, and commands of its own. */
  readonly load: () => Promise<(command: Command, context: CommandContext) => void>
}

/** In the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    usage: 'up <iso>',
    summary: 'the whole job: machines made, installed and proven ready',
    load: async () => (await import('./commands/up.ts')).defineUp,
  },
  {
    usage: 'serve [iso]',
    summary: 'boot server and control API for a fleet; or one ISO for machines you boot by hand',
    load: async () => (await import('./commands/serve.ts')).defineServe,
  },
  {
    usage: 'simulate',
    summary: 'how a server does with so many hosts',
    load: async () => (await import('./commands/simulate.ts')).defineSimulate,
  },
  {
    usage: 'installer',
    summary: 'Installer ISOs: look inside, register, export.',
    load: async () => (await import('./commands/installer.ts')).defineInstaller,
  },
  {
    usage: 'user-data',
    summary: 'The cloud-config that hosts get: checked, shown, described for editors.',
    load: async () => (await import('./commands/user-data.ts')).defineUserData,
  },
  {
    usage: 'plan',
    summary: 'what a fleet file would change',
    load: async () => (await import('./commands/fleet.ts')).definePlan,
  },
  {
    usage: 'apply',
    summary: 'make a fleet file so',
    load: async () => (await import('./commands/fleet.ts')).defineApply,
  },
  {
    usage: 'host',
    summary: 'hosts and their lives',
    load: async () => (await import('./commands/host.ts')).defineHost,
  },
  {
    usage: 'media',
    summary: 'Boot media that chain to the boot server by themselves.',
    load: async () => (await import('./commands/media.ts')).defineMedia,
  },
  {
    usage: 'token',
    summary: 'Access tokens: who may use the control API, and for what.',
    load: async () => (await import('./commands/token.ts')).defineToken,
  },
  {
    usage: 'audit',
    summary: 'who did what, and who was refused',
    load: async () => (await import('./commands/audit.ts')).defineAudit,
  },
  {
    usage: 'doctor',
    summary: 'is everything here that it takes',
    load: async () => (await import('./commands/doctor.ts')).defineDoctor,
  },
  {
    usage: 'dhcp',
    summary: 'Machines that boot from the network by PXE or UEFI HTTP boot.',
    load: async () => (await import('./commands/dhcp.ts')).defineDhcp,
  },
  {
    usage: 'demo',
    summary: 'the whole job on a stand-in installer ISO, from nothing to a ready host',
    load: async () => (await import('./commands/demo.ts')).defineDemo,
  },
]
