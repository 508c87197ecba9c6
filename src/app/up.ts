import { Failure } from '../domain/failure.ts'
import { parseReadyProbe, portsOfProbe } from '../domain/ready-probe.ts'
import type { UpSummary } from '../domain/summary.ts'
import { autoexecFor, createBootTexts } from '../services/boot-texts.ts'
import { enrolHosts } from '../services/enrol-hosts.ts'
import { openHostBook } from '../services/host-book.ts'
import { provisionHost } from '../services/provision-host.ts'
import { createSlots } from '../services/slots.ts'
import { loadInputs } from './load-inputs.ts'
import { openBootSite } from './open-boot-site.ts'
import { openRegistration, warnOfRegistration } from './palette.ts'
import { summarize } from './summarize.ts'
import type { UpObserver } from './up-observer.ts'
import type { UpOptions } from './up-options.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

/**
 * The whole job: checks everything that can be checked, then serves, creates the machines, and follows each one
 * until it is ready or has failed. Run again after any interruption it goes on where it was. Rejects with Failure
 * `interrupted` when the signal aborts, and with the reason when nothing could be begun.
 */
export async function up(options: UpOptions, observer: UpObserver, signal: AbortSignal): Promise<UpSummary> {
  await using inputs = await loadInputs(options, signal)
  for (const warning of inputs.warnings) observer.note(warning)
  const probe = parseReadyProbe(options.ready, inputs.userData.localUiPort)

  const { identity, open } = await openRegistration(options, probe, inputs.userData)
  await using place = await openWorkplace({ ...options, purpose: `up ${options.isoPath}` })
  observer.note(await place.driver.describe(signal))
  const book = await openHostBook(place)
  const hosts = await enrolHosts(
    {
      names: Array.from({ length: options.count }, (_, index) => `${options.name}-${index + 1}`),
      template: { ...options, probePorts: portsOfProbe(probe, inputs.userData.localUiPort) },
      driver: place.driver.kind,
    },
    { ...place, book },
  )
  using palette = open(place)
  for (const warning of await warnOfRegistration({ hosts, book, identity, palette }, signal))
    observer.note(warning)
  const texts = createBootTexts({
    ...options,
    installer: inputs.installer,
    userData: inputs.userData.document,
  })
  for (const warning of texts.warnings) observer.note(warning)
  if (options.classic) {
    observer.note(
      '--classic: anyone who reaches the boot server can read the user-data, secrets included, under /config.yaml',
    )
  }
  await using site = await openBootSite({ options, inputs, place, book, texts }, signal)
  const media = await findMedia(options, place, site.bootScriptUrl, observer, signal)
  observer.serving({
    url: site.bootScriptUrl,
    listening: site.listening,
    hosts: hosts.map(({ name }) => name),
  })

  using _ = { [Symbol.dispose]: book.subscribe((event, state) => observer.event(event, state)) }
  for (const host of hosts) observer.state(book.state(host.name))
  const slots = createSlots(options.concurrency)
  const outcomes = await Promise.allSettled(
    hosts.map((host) =>
      provisionHost(
        {
          host,
          mediaPath: media,
          chainUrl: site.bootScriptUrl,
          ready: probe,
          localUiPort: inputs.userData.localUiPort,
          identity,
          finish: inputs.userData.finish,
          timeoutMs: options.timeoutMs,
        },
        { ...place, book, slots, registration: palette.check },
        signal,
      ),
    ),
  )
  const summary = await summarize({
    hosts,
    outcomes,
    book,
    place,
    bootScriptUrl: site.bootScriptUrl,
    localUiPort: inputs.userData.localUiPort,
  })
  if (signal.aborted) throw interrupted(options, summary)
  return summary
}

/** The ISO the machines boot: ours that chains by itself, or stock iPXE at whose prompt is typed. */
async function findMedia(
  { boot, firmware }: UpOptions,
  { media }: Workplace,
  bootScriptUrl: string,
  observer: UpObserver,
  signal: AbortSignal,
): Promise<string> {
  const ipxe = await media.findIpxe(boot === 'typed' ? 'bios' : firmware, signal)
  observer.note(`iPXE ${ipxe.version} from ${ipxe.isoPath}`)
  if (boot === 'typed') return ipxe.isoPath
  const base = bootScriptUrl.slice(0, -'/boot.ipxe'.length)
  return media.build(ipxe, autoexecFor(base), signal)
}

function interrupted(options: UpOptions, summary: UpSummary): Failure {
  const open = summary.hosts.filter(({ result }) => result === 'unfinished').map(({ name }) => name)
  return new Failure(
    'interrupted',
    `stopped; ${open.length > 0 ? `${open.join(', ')} left running as they are` : 'nothing was left open'}. ` +
      `The same command again goes on where this one was (data directory ${options.dataDirectory}).`,
  )
}
