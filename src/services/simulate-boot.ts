import { readBoot, type ScriptedBoot } from '../codec/ipxe-script/read-boot.ts'
import type { MeasuredRequest, RequestKind, SimulatedBoot } from '../domain/simulation/simulation.ts'
import type { BootFetcher, Fetched, FetchOptions } from '../ports/boot-fetcher.ts'
import type { Clock } from '../ports/clock.ts'

export interface SimulatedMachine {
  readonly mac: string
  readonly uuid: string
  /** Its connection breaks in the middle of the root file system, which it then begins where it was. */
  readonly breaksOff: boolean
}

export interface SimulateOptions {
  /** `http://HOST:PORT`. */
  readonly serverUrl: string
  readonly fetcher: BootFetcher
  readonly clock: Clock
  /** Milliseconds after which a host that is told to wait gives up. */
  readonly patienceMs: number
  /** How long a host is busy with itself, between its first report and that all is on its disk. Milliseconds. */
  readonly installMs: number
  /** What the network card of a host takes; absent: as much as comes. */
  readonly hostBytesPerSecond?: number | undefined
}

/** Stages that the installer reports, as it reports them. */
const FIRST_STAGE = 'before-install'
const LAST_STAGES = ['after-install', 'disk-boot'] as const
/** iPXE obeys up to so much; a server that says nothing is asked again after so long. Seconds. */
const RETRY_SECONDS = { usual: 5, longest: 300 }

/** Small enough to lie in any root file system. */
const BREAK_AFTER_BYTES = 1024 * 1024

/**
 * One machine on its way from its script to its first boot from disk, as far as a server sees: script, kernel, initrd,
 * root file system, configuration, and the stages it reports. Nothing is installed, it only takes its time, and no byte is
 * kept. Rejects with the signal's reason only.
 */
export async function simulateBoot(
  machine: SimulatedMachine,
  options: SimulateOptions,
  signal: AbortSignal,
): Promise<SimulatedBoot> {
  const { clock } = options
  const requests: MeasuredRequest[] = []
  const begun = clock.now()
  let waits = 0
  const ended = (outcome: SimulatedBoot['outcome'], reason?: string): SimulatedBoot => ({
    outcome,
    ...(reason === undefined ? {} : { reason }),
    durationMs: clock.now() - begun,
    waits,
    requests,
  })

  try {
    const boot = await askForScript()
    if (typeof boot === 'string') return ended('refused', boot)
    await download('kernel', boot.kernelUrl)
    for (const url of boot.initrdUrls) await download('initrd', url)
    if (boot.rootfsUrl) await downloadRoot(boot.rootfsUrl)
    const reports = boot.configUrl && (await fetchConfig(boot.configUrl))
    if (reports) await report(reports, FIRST_STAGE)
    if (options.installMs > 0) await clock.sleep(options.installMs, signal)
    for (const stage of LAST_STAGES) if (reports) await report(reports, stage)
    return ended('installed')
  } catch (error) {
    signal.throwIfAborted()
    return ended('failed', (error as Error).message)
  }

  /** Notes an answer, and one that never came. */
  async function measured(kind: RequestKind, asking: Promise<Fetched>): Promise<Fetched> {
    const start = clock.now()
    try {
      const { status, firstByteMs, durationMs, bytes, ...rest } = await asking
      // To be told to wait is an answer as good as any.
      const isOk = status < 400 || (status === 503 && kind === 'script')
      requests.push({ kind, firstByteMs, durationMs, bytes, isOk })
      return { status, firstByteMs, durationMs, bytes, ...rest }
    } catch (error) {
      const spent = clock.now() - start
      requests.push({ kind, firstByteMs: spent, durationMs: spent, bytes: 0, isOk: false })
      throw error
    }
  }

  /** The downloads, or why there are none. */
  async function askForScript(): Promise<ScriptedBoot | string> {
    const { mac, uuid } = machine
    const told = {
      mac,
      uuid,
      manufacturer: 'Edgeboot',
      product: 'Simulated',
      platform: 'efi',
      buildarch: 'x86_64',
    }
    const url = `${options.serverUrl}/ipxe?${queryOf(told)}`
    for (;;) {
      const { status, text, retryAfterSeconds } = await measured(
        'script',
        options.fetcher.get(url, { keepText: true }, signal),
      )
      const boot = status === 200 ? readBoot(text) : undefined
      if (boot) return boot
      if (status !== 503) return refusalOf(status)
      if (clock.now() - begun > options.patienceMs) return 'it was told to wait for too long'
      waits += 1
      const seconds = Math.min(retryAfterSeconds ?? RETRY_SECONDS.usual, RETRY_SECONDS.longest)
      await clock.sleep(seconds * 1000, signal)
    }
  }

  async function download(kind: RequestKind, url: string, fetching: FetchOptions = {}): Promise<Fetched> {
    const { hostBytesPerSecond: bytesPerSecond } = options
    const paced = bytesPerSecond === undefined ? fetching : { ...fetching, bytesPerSecond }
    const fetched = await measured(kind, options.fetcher.get(url, paced, signal))
    if (fetched.status >= 400) throw new Error(`${kind}: the server answered ${fetched.status}`)
    return fetched
  }

  async function downloadRoot(url: string): Promise<void> {
    if (!machine.breaksOff) return void (await download('rootfs', url))
    const { bytes } = await download('rootfs', url, { breakAfterBytes: BREAK_AFTER_BYTES })
    await download('rootfs', url, { from: bytes })
  }

  /** Where to report to. The classic names have one configuration for all, and nobody to report to. */
  async function fetchConfig(url: string): Promise<string | undefined> {
    const { text } = await download('config', url, { keepText: true })
    if (!text.startsWith('#cloud-config')) throw new Error('config: it has no #cloud-config header')
    const reports = url.replace(/\/config\.yaml$/, '/events')
    return /\/h\/[^/]+\/events$/.test(reports) ? reports : undefined
  }

  async function report(url: string, stage: string): Promise<void> {
    await measured('report', options.fetcher.postJson(url, { stage }, signal))
  }
}

function refusalOf(status: number): string {
  return status === 200
    ? 'its script installs nothing: it is unknown (define it, or let unknown hosts in with profile:NAME), or edgeboot host show says why (installed already, or another machine came in its name)'
    : `script: the server answered ${status}`
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}
