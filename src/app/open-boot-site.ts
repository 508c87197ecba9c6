import { addressOfInterface } from '../adapters/host-network/interface-address.ts'
import { Failure, isFailure } from '../domain/failure.ts'
import { openBootServer } from '../servers/http-boot/boot-server.ts'
import { type BootTexts, createBootDesk } from '../services/boot-desk.ts'
import type { HostBook } from '../services/host-book.ts'
import { createServedInstaller, learnDigestsInBackground } from '../services/served-installer.ts'
import { baseUrl } from './base-url.ts'
import type { Inputs } from './load-inputs.ts'
import type { UpOptions } from './up-options.ts'
import type { Workplace } from './workplace.ts'

/** The boot server of a run. */
export interface BootSite extends AsyncDisposable {
  /** Where hosts find their script, by the address they reach. */
  readonly bootScriptUrl: string
  /** `ADDRESS:PORT` listened on. */
  readonly listening: string
}

const DEFAULT_PORT = 8080
/** The port is inside the media the machines boot from, so the next run must have it again. */
const PORT_SETTING = 'boot-port'

/** Starts serving at once; digests follow in the background. Failure `port.in-use`, `address.unknown`. */
export async function openBootSite(
  input: {
    readonly options: UpOptions
    readonly inputs: Inputs
    readonly place: Workplace
    readonly book: HostBook
    readonly texts: BootTexts
  },
  signal: AbortSignal,
): Promise<BootSite> {
  const { options, inputs, place, book, texts } = input
  const { log, store, digester, clock } = place
  const address = advertisedAddress(options, place)
  await using parts = new AsyncDisposableStack()
  const installer = createServedInstaller(inputs.installer, {
    blob: inputs.blob,
    digester,
    digests: store,
    log,
  })
  const desk = createBootDesk({ book, installer, texts, clock, log })
  const host = options.bootHost ?? (options.network.kind === 'user' ? '127.0.0.1' : '0.0.0.0')
  const server = parts.use(await listen(host))
  await store.saveSetting(PORT_SETTING, String(server.port))
  const end = parts.adopt(new AbortController(), (controller) =>
    controller.abort(new Error('the server closes')),
  )
  const learning = learnDigestsInBackground(installer, log, AbortSignal.any([signal, end.signal]))
  const kept = parts.move()
  return {
    bootScriptUrl: `${baseUrl(address, server.port)}/boot.ipxe`,
    listening: `${host}:${server.port}`,
    async [Symbol.asyncDispose]() {
      await kept.disposeAsync()
      await learning
    },
  }

  async function listen(at: string) {
    const saved = Number((await store.setting(PORT_SETTING)) ?? Number.NaN)
    const wanted = options.bootPort === 0 || options.bootPort === undefined ? saved : options.bootPort
    const fallback = options.bootPort ?? DEFAULT_PORT
    const common = { desk, log, host: at, advertise: options.advertise }
    if (Number.isNaN(wanted)) return openBootServer({ ...common, port: fallback })
    try {
      return await openBootServer({ ...common, port: wanted })
    } catch (error) {
      // Another port is only as good while no machine has been told the old one.
      if (!isFailure(error, 'port.in-use') || options.bootPort !== 0 || book.states().some(isOnItsWay))
        throw error
      return openBootServer({ ...common, port: 0 })
    }
  }
}

function isOnItsWay({ life }: { readonly life: { readonly phase: string } }): boolean {
  return !['defined', 'ready', 'failed'].includes(life.phase)
}

function advertisedAddress({ advertise, network }: UpOptions, { driver }: Workplace): string {
  const known = advertise ?? driver.serverAddress({ network })
  const found = known ?? (network.kind === 'bridge' ? addressOfInterface(network.bridge) : undefined)
  if (found) return found
  const device = network.kind === 'bridge' ? network.bridge : network.kind === 'tap' ? network.device : ''
  throw new Failure(
    'address.unknown',
    `cannot tell under which address hosts on ${device} reach this machine; give it with --advertise ADDRESS`,
  )
}
