import { type Command, Option } from 'commander'
import { Failure } from '../domain/failure.ts'
import { PACING_ORDERS, type Pacing, type PacingOrder } from '../domain/pacing/pacing.ts'
import { parseRate } from '../domain/rate.ts'
import { parsedOption } from './settings.ts'

/** Options of commands that send hosts their files. */
export interface PacingValues {
  readonly bandwidth?: number
  readonly hostBandwidth?: number
  readonly bandwidthOrder?: PacingOrder
}

/** Adds them to a command. */
export function addPacingOptions(command: Command): Command {
  return command
    .addOption(
      parsedOption(
        '--bandwidth <rate>',
        'what hosts are sent together at most, a second: 900Mbit, 100MB (default: no bound)',
        (text) => parseRate(text, '--bandwidth'),
      ),
    )
    .addOption(
      parsedOption(
        '--host-bandwidth <rate>',
        'what each host is sent at most, a second (default: no bound)',
        (text) => parseRate(text, '--host-bandwidth'),
      ),
    )
    .addOption(
      new Option(
        '--bandwidth-order <order>',
        'who goes first within --bandwidth: the host that began first, or all share equally (default: first)',
      ).choices(PACING_ORDERS),
    )
}

/** What was given of them; `undefined` where nothing is bounded. Failure `usage.invalid`. */
export function pacingOf({ bandwidth, hostBandwidth, bandwidthOrder }: PacingValues): Pacing | undefined {
  if (bandwidthOrder !== undefined && bandwidth === undefined) {
    throw new Failure('usage.invalid', '--bandwidth-order needs --bandwidth: without it nobody has to wait')
  }
  if (bandwidth === undefined && hostBandwidth === undefined) return undefined
  return {
    ...(bandwidth === undefined ? {} : { bytesPerSecond: bandwidth }),
    ...(hostBandwidth === undefined ? {} : { hostBytesPerSecond: hostBandwidth }),
    order: bandwidthOrder ?? 'first',
  }
}
