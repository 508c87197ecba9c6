import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { createMediaBuilder } from '../adapters/media-xorriso/media-builder.ts'
import { Failure } from '../domain/failure.ts'
import type { Firmware } from '../domain/machine.ts'
import { autoexecFor } from '../services/boot-texts.ts'
import { cacheDirectory, ipxeDirectories } from './environment.ts'

export interface BuiltMedia {
  readonly out: string
  readonly ipxeVersion: string
  readonly chains: string
}

/** Writes the self-chaining ISO as a whole or not at all. Failure `usage.invalid` for a URL that cannot be. */
export async function buildMedia(
  options: {
    readonly serverUrl: string
    readonly out: string
    readonly firmware: Firmware
    readonly ipxeDirectory?: string
    readonly logLevel: string
  },
  signal: AbortSignal,
): Promise<BuiltMedia> {
  const base = parseServerUrl(options.serverUrl)
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  const builder = createMediaBuilder({
    cacheDirectory: join(cacheDirectory(), 'media'),
    ipxeDirectories: ipxeDirectories(options.ipxeDirectory),
    log,
  })
  const ipxe = await builder.findIpxe(options.firmware, signal)
  const built = await builder.build(ipxe, autoexecFor(base), signal)
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
