import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { createMediaBuilder } from '../adapters/media-xorriso/media-builder.ts'
import { Failure } from '../domain/failure.ts'
import type { Firmware } from '../domain/machine.ts'
import { type MediaNetworkTexts, parseMediaNetwork } from '../domain/media-network.ts'
import type { IpxeBuild } from '../ports/media-builder.ts'
import { autoexecFor } from '../services/boot-texts.ts'
import { cacheDirectory, ipxeDirectories } from './environment.ts'

export interface BuiltMedia {
  readonly out: string
  readonly ipxeVersion: string
  readonly chains: string
}

/**
 * Writes the self-chaining ISO as a whole or not at all. Failure `usage.invalid` for a URL or an
 * address that cannot be, before anything is built.
 */
export async function buildMedia(
  options: {
    readonly serverUrl: string
    readonly out: string
    readonly firmware: Firmware
    readonly ipxeDirectory?: string
    readonly network: MediaNetworkTexts
    readonly logLevel: string
  },
  signal: AbortSignal,
): Promise<BuiltMedia> {
  const base = parseServerUrl(options.serverUrl)
  const network = parseMediaNetwork(options.network, hostOf(base))
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  const builder = createMediaBuilder({
    cacheDirectory: join(cacheDirectory(), 'media'),
    ipxeDirectories: ipxeDirectories(options.ipxeDirectory),
    log,
  })
  const ipxe = await builder.findIpxe(options.firmware, signal)
  const wanted = [
    ...(network.vlan === undefined ? [] : ['VLANs']),
    ...(base.startsWith('https:') ? ['HTTPS'] : []),
  ]
  if (wanted.length > 0 && !ipxe.chainsByItselfOnUefi) throw tooOld(ipxe, wanted.join(' and '))
  const built = await builder.build(ipxe, autoexecFor(base, network), signal)
  const unfinished = `${options.out}.part`
  try {
    await copyFile(built, unfinished)
    await rename(unfinished, options.out)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw new Failure(
      'media.build-failed',
      `${options.out} cannot be written: ${(error as Error).message}`,
      {},
      error,
    )
  }
  return { out: options.out, ipxeVersion: ipxe.version, chains: `${base}/boot.ipxe` }
}

/** `http://HOST[:PORT]` without a path, as it goes into scripts. */
export function parseServerUrl(text: string): string {
  const match = /^(https?:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?)\/?$/.exec(text)
  if (match?.[1]) return match[1]
  throw new Failure('usage.invalid', `--server-url ${text}: expected http://HOST:PORT without a path`)
}

function hostOf(base: string): string {
  return base.replace(/^https?:\/\//, '').replace(/:\d+$/, '')
}

/** Builds before 2.0 lack it for BIOS, though they boot. */
function tooOld({ version, isoPath }: IpxeBuild, wanted: string): Failure {
  const remedy = 'it takes 2.0, which tools/setup.sh fetches; name its folder with --ipxe'
  return new Failure('ipxe.too-old', `iPXE ${version} (${isoPath}) knows no ${wanted}: ${remedy}`, {
    version,
  })
}
