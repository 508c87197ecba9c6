import { createBootFetcher } from '../adapters/boot-fetcher-http/boot-fetcher.ts'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createCryptoRandom } from '../adapters/random-crypto/crypto-random.ts'
import { Failure } from '../domain/failure.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import type { Simulation } from '../domain/simulation/simulation.ts'
import { simulateFleet } from '../services/simulate-fleet.ts'
import { parseServerUrl } from './media.ts'

export type { Simulation } from '../domain/simulation/simulation.ts'

export interface SimulateCommandOptions {
  readonly serverUrl: string
  readonly hosts: number
  readonly withinMs: number
  /** 0 to 1. */
  readonly breakShare: number
  readonly firstMac: string
  readonly patienceMs: number
  readonly installMs: number
  readonly hostBytesPerSecond?: number | undefined
}

/** Lets so many simulated hosts boot from a boot listener. Failure `usage.invalid`. */
export async function simulate(
  options: SimulateCommandOptions,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<Simulation> {
  const firstMac = parseMacAddress(options.firstMac)
  if (!firstMac) throw new Failure('usage.invalid', `--first-mac ${options.firstMac}: expected six hex pairs`)
  const { hosts } = options
  // Every tenth of them is told of, so that a large run has as many lines as a small one.
  const step = Math.max(1, Math.floor(hosts / 10))
  return await simulateFleet(
    {
      ...options,
      serverUrl: parseServerUrl(options.serverUrl),
      firstMac,
      fetcher: createBootFetcher(),
      clock: createSystemClock(),
      random: createCryptoRandom(),
      progressed: (through, { outcome, reason }) => {
        if (reason !== undefined && through <= 3)
          progress(`a host ${outcome === 'failed' ? 'failed' : 'was refused'}: ${reason}`)
        if (through % step === 0 || through === hosts) progress(`${through} of ${hosts} hosts are through`)
      },
    },
    signal,
  )
}
