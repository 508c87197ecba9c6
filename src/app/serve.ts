import { createDigester } from '../adapters/blobs-disk/digester.ts'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { reachableAddresses } from '../adapters/host-network/interface-address.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { createCryptoRandom } from '../adapters/random-crypto/crypto-random.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import type { ArtifactRole } from '../domain/artifact.ts'
import { describePacing, type Pacing } from '../domain/pacing/pacing.ts'
import { createPace } from '../servers/http-boot/transfers/pace.ts'
import { createBootDesk } from '../services/boot-desk.ts'
import { createClassicTexts, type KernelArgumentChanges } from '../services/boot-texts.ts'
import { openHostBook } from '../services/host-book.ts'
import { createServedInstaller, learnDigestsInBackground } from '../services/served-installer.ts'
import { installAll } from '../services/strangers.ts'
import { baseUrl, DEFAULT_BOOT_PORT } from './base-url.ts'
import { boundOldSpace } from './favour-memory.ts'
import { loadInputs } from './load-inputs.ts'
import { openBootListener } from './open-boot-listener.ts'

export interface ServeOptions {
  readonly isoPath: string
  readonly paths?: Readonly<Record<ArtifactRole, string>>
  readonly userDataPath: string
  readonly kernelArgs: KernelArgumentChanges
  readonly bootHost?: string
  readonly bootPort?: number
  readonly advertise?: string
  readonly pacing?: Pacing | undefined
  readonly logLevel: string
}

export interface ServeObserver {
  note(text: string): void
  /** The server answers; `urls` are what to chain, by the addresses of this machine. */
  serving(about: { readonly urls: readonly string[]; readonly port: number }): void
}

/**
 * Serves one ISO and one user-data file under the classic names until the signal aborts. Keeps nothing: digests
 * and all are made anew.
 */
export async function serve(
  options: ServeOptions,
  observer: ServeObserver,
  signal: AbortSignal,
): Promise<void> {
  await using inputs = await loadInputs(options, signal)
  for (const warning of inputs.warnings) observer.note(warning)
  observer.note('anyone who reaches this server can read the user-data, secrets included, under /config.yaml')
  if (options.pacing) observer.note(describePacing(options.pacing))
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  const clock = createSystemClock()
  await using store = createMemoryStore()
  await using digester = createDigester()
  const digests = { digest: async () => undefined, rememberDigest: async () => undefined }
  const installer = createServedInstaller(inputs.installer, { blob: inputs.blob, digester, digests, log })
  const book = await openHostBook({ store, clock, random: createCryptoRandom(), log })
  const { document } = inputs.userData
  const texts = createClassicTexts({
    installer: inputs.installer,
    userData: document,
    kernelArgs: options.kernelArgs,
  })
  const desk = createBootDesk({
    book,
    plans: {
      of: () => undefined,
      has: () => false,
      identify: () => undefined,
      installers: () => [installer],
    },
    strangers: installAll(texts.script, log),
    classic: () => ({ installer, userData: texts.userData }),
    clock,
    log,
  })
  await using server = await openBootListener({
    desk,
    log,
    host: options.bootHost ?? '0.0.0.0',
    port: options.bootPort ?? DEFAULT_BOOT_PORT,
    pace: options.pacing && createPace(options.pacing),
    ...(options.advertise ? { advertise: options.advertise } : {}),
  })
  const urls = addressesOf(options).map((address) => `${baseUrl(address, server.port)}/palette.ipxe`)
  boundOldSpace()
  observer.serving({ urls, port: server.port })
  await using closing = new AsyncDisposableStack()
  const end = new AbortController()
  const learning = learnDigestsInBackground(installer, log, AbortSignal.any([signal, end.signal]))
  closing.defer(async () => {
    end.abort(new Error('the server closes'))
    await learning
  })
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Under which this server can be asked: what was advertised, or the address it listens on, which may be all of them. */
function addressesOf({ advertise, bootHost = '0.0.0.0' }: ServeOptions): readonly string[] {
  if (advertise) return [advertise]
  return bootHost === '0.0.0.0' || bootHost === '::' ? reachableAddresses() : [bootHost]
}
