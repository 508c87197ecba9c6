import { type Command, Option } from 'commander'
import type { HostView } from '../../contract/hosts.ts'
import { Failure } from '../../domain/failure.ts'
import { PHASES, type Phase } from '../../domain/phase.ts'
import { parsedOption } from '../settings.ts'

/** Which hosts are wanted, as the control API takes it. */
export interface HostFilter {
  readonly phase?: Phase
  readonly profile?: string
  readonly label?: string
  readonly text?: string
}

/** Adds the options that choose hosts. */
export function addHostFilter(command: Command): Command {
  return command
    .addOption(new Option('--phase <phase>', 'only hosts in this phase').choices(PHASES))
    .option('--profile <name>', 'only hosts of this profile')
    .addOption(
      parsedOption('--label <key=value>', 'only hosts with this label; KEY alone: any value', parseLabel),
    )
    .addOption(
      parsedOption(
        '--text <text>',
        'only hosts with this in name, address, MAC, UUID or the value of a label',
        parseText,
      ),
    )
}

/** The filter out of the values of a command's options. */
export function filterOf({ phase, profile, label, text }: HostFilter): HostFilter {
  return {
    ...(phase === undefined ? {} : { phase }),
    ...(profile === undefined ? {} : { profile }),
    ...(label === undefined ? {} : { label }),
    ...(text === undefined ? {} : { text }),
  }
}

/** True where nothing is chosen. */
export function isEverything(filter: HostFilter): boolean {
  return Object.keys(filterOf(filter)).length === 0
}

/** Whether a host is in the phase that is wanted; all else that is chosen by does not change while one looks. */
export function isInPhase(view: Pick<HostView, 'phase'>, { phase }: HostFilter): boolean {
  return phase === undefined || view.phase === phase
}

function parseLabel(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}(=[^\p{Cc}]{0,256})?$/u.test(text)) return text
  throw new Failure('usage.invalid', `--label ${text}: expected KEY or KEY=VALUE, for example site=berlin`)
}

function parseText(text: string): string {
  if (/^[^\p{Cc}]{1,256}$/u.test(text)) return text
  throw new Failure('usage.invalid', '--text: expected 1 to 256 characters of one line')
}
