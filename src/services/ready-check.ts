import type { Life } from '../domain/life.ts'
import type { PaletteIdentity } from '../domain/palette.ts'
import { LOCAL_UI_PORT, portOfUrl, type ReadyProbe } from '../domain/ready-probe.ts'
import type { Machine } from '../ports/machine-driver.ts'
import type { ProbeOutcome, Prober } from '../ports/prober.ts'
import type { RegistrationCheck } from './registration-check.ts'

export interface ReadyCheckDependencies {
  readonly prober: Prober
  readonly localUiPort?: number
  /** For the probe `palette`, and for it only. */
  readonly registration?: Pick<RegistrationCheck, 'look'> | undefined
  /** What of the user-data decides under which id the host registers. */
  readonly identity?: PaletteIdentity | undefined
}

/** What was asked, by name, and what came of it. */
export interface ReadyVerdict extends ProbeOutcome {
  readonly probe: string
  /** Palette knows an edge host of the same id from before. */
  readonly duplicate?: boolean
}

/** One look at whether the host is ready, by the given probe. Never throws for a host that is not. */
export async function checkReady(
  probe: ReadyProbe,
  life: Life,
  machine: Pick<Machine, 'name' | 'endpoint' | 'spec'>,
  { prober, localUiPort = LOCAL_UI_PORT, registration, identity }: ReadyCheckDependencies,
  signal: AbortSignal,
): Promise<ReadyVerdict> {
  switch (probe.kind) {
    case 'auto': {
      if (life.diskBootTold) return phoneHome(life)
      return tls(localUiPort)
    }
    case 'phone-home':
      return phoneHome(life)
    case 'local-ui':
      return tls(probe.port)
    case 'tcp': {
      const at = place(probe.port)
      return at
        ? { probe: `tcp:${probe.port}`, ...(await prober.tcp(at.host, at.port, signal)) }
        : unreachable(`tcp:${probe.port}`)
    }
    case 'url':
      return url(probe.url)
    case 'palette':
      return palette()
  }

  async function palette(): Promise<ReadyVerdict> {
    if (!registration) return { probe: 'palette', ok: false, detail: 'no API key of Palette is configured' }
    // What the machine is made with, or has to be, or else what it said when it asked for its script.
    const uuid = machine.spec?.uuid ?? identity?.uuid ?? life.uuid
    const host = { ...identity, name: machine.name, ...(uuid ? { uuid } : {}) }
    try {
      const { ok, reason, duplicate } = await registration.look(host, life.since, signal)
      return { probe: 'palette', ok, detail: reason, ...(duplicate ? { duplicate } : {}) }
    } catch (error) {
      if (!signal.aborted) throw error
      return { probe: 'palette', ok: false, detail: 'stopped' }
    }
  }

  function place(port: number): { readonly host: string; readonly port: number } | undefined {
    return machine.endpoint(port) ?? (life.address ? { host: life.address, port } : undefined)
  }

  async function tls(port: number): Promise<ReadyVerdict> {
    const at = place(port)
    return at
      ? { probe: 'local-ui', ...(await prober.tls(at.host, at.port, signal)) }
      : unreachable('local-ui')
  }

  async function url(template: string): Promise<ReadyVerdict> {
    const port = portOfUrl(template)
    if (port === undefined) return elsewhere(template)
    const at = place(port)
    if (!at) return unreachable(template)
    const host = at.host.includes(':') ? `[${at.host}]` : at.host
    const target = template.replace(/\{ip\}(:\d+)?/, `${host}:${at.port}`).replaceAll('{ip}', at.host)
    return { probe: template, ...(await prober.http(target, signal)) }
  }

  /** Somebody else is asked, about the host if the URL says so. */
  async function elsewhere(template: string): Promise<ReadyVerdict> {
    if (template.includes('{ip}') && !life.address) return unreachable(template)
    const target = template.replaceAll('{ip}', life.address ?? '')
    return { probe: template, ...(await prober.http(target, signal)) }
  }
}

function phoneHome(life: Life): ReadyVerdict {
  return {
    probe: 'phone-home',
    ok: life.diskBootTold,
    detail: life.diskBootTold
      ? 'the host reported its boot from disk'
      : 'the host has not reported its boot from disk yet',
  }
}

function unreachable(probe: string): ReadyVerdict {
  return { probe, ok: false, detail: 'the address of the host is not known yet' }
}
