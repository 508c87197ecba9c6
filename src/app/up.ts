import { Failure } from '../domain/failure.ts'
import { machineNetwork } from '../domain/machine.ts'
import { parseReadyProbe } from '../domain/ready-probe.ts'
import type { UpSummary } from '../domain/summary.ts'
import { createClassicTexts } from '../services/boot-texts.ts'
import { machineOf } from '../services/enrol-hosts.ts'
import { installAll } from '../services/strangers.ts'
import { loadInputs } from './load-inputs.ts'
import { openSite } from './open-site.ts'
import { openRegistration, warnOfRegistration } from './palette.ts'
import { summarize } from './summarize.ts'
import type { UpObserver } from './up-observer.ts'
import type { UpOptions } from './up-options.ts'
import { addToFleet, wishOf } from './up-wish.ts'
import { openWorkplace } from './workplace.ts'

/**
 * The whole job: checks everything that can be checked, then serves, creates the machines, and follows each one
 * until it is ready or has failed. Run again after any interruption it goes on where it was. Rejects with Failure
 * `interrupted` when the signal aborts, and with the reason when nothing could be begun.
 */
export async function up(options: UpOptions, observer: UpObserver, signal: AbortSignal): Promise<UpSummary> {
  await using inputs = await loadInputs(options, signal)
  for (const warning of inputs.warnings) observer.note(warning)
  const { localUiPort, document } = inputs.userData
  const probe = parseReadyProbe(options.ready, localUiPort)
  const wish = wishOf(options, document, probe)
  const names = wish.hosts.map(({ name }) => name)
  const network = machineNetwork(options.driver, options.network)

  const { identity, open } = await openRegistration(options, probe, inputs.userData)
  await using place = await openWorkplace({
    ...options,
    purpose: `up ${options.isoPath}`,
    tell: (text) => observer.note(text),
  })
  const driver = place.drivers.of(options.driver)
  observer.note(await driver.describe(signal))
  // All machines are alike: what keeps one from being made keeps all.
  for (const host of wish.hosts.slice(0, 1))
    if (host.machine) await driver.check(machineOf(host, host.machine, localUiPort), signal)
  const ipxe = await place.media.findIpxe(options.boot === 'typed' ? 'bios' : options.firmware, signal)
  observer.note(`iPXE ${ipxe.version} from ${ipxe.isoPath}`)
  const texts = createClassicTexts({ ...options, installer: inputs.installer, userData: document })
  if (options.classic) {
    observer.note(
      '--classic: anyone who reaches the boot server can read the user-data, secrets included, under /config.yaml',
    )
  }
  using palette = open(place)
  const mine = new Set(names)
  let mayBegin = false
  await using site = await openSite(
    place,
    {
      advertise: options.advertise,
      pacing: options.pacing,
      bootPort: options.bootPort,
      bootHost: options.bootHost ?? (network.kind === 'user' ? '127.0.0.1' : '0.0.0.0'),
      // Nothing is switched on before all warnings have been said.
      drives: ({ name }) => mayBegin && mine.has(name),
      retry: true,
      pauseMs: () => undefined,
      palette: palette.check && { check: palette.check, where: palette.where },
      ...(options.classic
        ? {
            classic: (shelf) => {
              const shelved = shelf.get(wish.installers[0]?.name ?? '')
              return shelved && { installer: shelved.served, userData: texts.userData }
            },
            strangers: () => installAll(texts.script, place.log),
          }
        : {}),
    },
    signal,
  )
  using _ = { [Symbol.dispose]: site.book.subscribe((event, state) => observer.event(event, state)) }
  const bootScriptUrl = site.bootScriptUrl({ driver: options.driver, spec: { network } })
  observer.serving({ url: bootScriptUrl, listening: site.listening, hosts: names })
  for (const name of names) observer.state(site.book.state(name))
  const { warnings } = await site.keeper.apply(addToFleet(site.plans.fleet(), wish), { prune: false }, signal)
  for (const warning of warnings)
    if (!inputs.warnings.some((had) => had.includes(warning.replace(/^user-data /, ''))))
      observer.note(warning)
  for (const name of names) observer.state(site.book.state(name))
  const known = names.flatMap((name) => site.book.state(name)?.host ?? [])
  const about = { hosts: known, book: site.book, identity, palette }
  for (const warning of await warnOfRegistration(about, signal)) observer.note(warning)
  mayBegin = true
  site.runner.look()
  await site.runner.settled(names, signal).catch(() => undefined)
  const summary = await summarize({ names, site, place, bootScriptUrl, localUiPort })
  if (signal.aborted) throw interrupted(options, summary)
  return summary
}

function interrupted(options: UpOptions, summary: UpSummary): Failure {
  const open = summary.hosts.filter(({ result }) => result === 'unfinished').map(({ name }) => name)
  return new Failure(
    'interrupted',
    `stopped; ${open.length > 0 ? `${open.join(', ')} left running as they are` : 'nothing was left open'}. ` +
      `The same command again goes on where this one was (data directory ${options.dataDirectory}).`,
  )
}
