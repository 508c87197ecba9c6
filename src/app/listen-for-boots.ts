import { isFailure } from '../domain/failure.ts'
import type { BootServer, BootServerOptions } from '../servers/http-boot/boot-server.ts'
import type { HostBook, HostState } from '../services/host-book.ts'
import { DEFAULT_BOOT_PORT, DEFAULT_BOOT_TLS_PORT } from './base-url.ts'
import { openBootListener } from './open-boot-listener.ts'
import type { Workplace } from './workplace.ts'

/** The port is inside the media the machines boot from or in their scripts, so the next run must have it again. */
const PORT_SETTINGS = { http: 'boot-port', https: 'boot-tls-port' } as const
const DEFAULT_PORTS = { http: DEFAULT_BOOT_PORT, https: DEFAULT_BOOT_TLS_PORT } as const

/**
 * The boot server on the port that was asked for; with none or 0, on the one it had before, so that machines on their way
 * find it again. Failure `port.in-use`.
 */
export async function listenForBoots(
  options: Omit<BootServerOptions, 'port'> & { readonly port: number | undefined },
  { store, book }: Pick<Workplace, 'store'> & { readonly book: HostBook },
): Promise<BootServer> {
  const scheme = options.tls ? 'https' : 'http'
  const server = await listen()
  await store.saveSetting(PORT_SETTINGS[scheme], String(server.port))
  return server

  async function listen(): Promise<BootServer> {
    const { port: asked } = options
    const saved = Number((await store.setting(PORT_SETTINGS[scheme])) ?? Number.NaN)
    const wanted = asked === 0 || asked === undefined ? saved : asked
    if (Number.isNaN(wanted)) return openBootListener({ ...options, port: asked ?? DEFAULT_PORTS[scheme] })
    try {
      return await openBootListener({ ...options, port: wanted })
    } catch (error) {
      // Another port is only as good while no machine has been told the old one.
      if (!isFailure(error, 'port.in-use') || asked !== 0 || book.states().some(isOnItsWay)) throw error
      return openBootListener({ ...options, port: 0 })
    }
  }
}

function isOnItsWay({ life }: HostState): boolean {
  return !['defined', 'ready', 'failed'].includes(life.phase)
}
