import { resolve } from 'node:path'
import { readVsphereSettings } from '../../adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import type { DesiredFleet, DesiredMachine } from '../../domain/desired-fleet.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import type { NeededPort } from '../../domain/doctor/firewall.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { NetbootSettings } from '../../domain/netboot/netboot-settings.ts'
import { VSPHERE_PLACES } from '../../domain/vsphere-options.ts'
import type { ExamineWish } from '../../ports/driver-examiner.ts'
import type { BootTlsOptions } from '../boot-tls.ts'
import type { Netboot } from '../netboot.ts'
import type { Site } from '../open-site.ts'
import { type PaletteOptions, readPaletteSettings } from '../palette.ts'
import type { VsphereFlags } from '../vsphere-flags.ts'
import type { Workplace } from '../workplace.ts'
import { stepsOf } from './examination.ts'
import { examineVsphere } from './examine-vsphere.ts'
import { type Plans, plansOf, STANDARD_MACHINE } from './plans.ts'
import { runSteps, type Step } from './steps.ts'

/** How the server was started, as far as it decides what is looked at. */
export interface ServerToExamine {
  readonly dataDirectory: string
  readonly bootHost?: string | undefined
  readonly advertise?: string | undefined
  readonly bootTls?: BootTlsOptions | undefined
  readonly ipxeDirectory?: string | undefined
  readonly palette?: PaletteOptions | undefined
  readonly vsphere?: VsphereFlags | undefined
  readonly netboot: NetbootSettings
  readonly syslogPort?: number | undefined
}

/** The parts of it that run. */
export interface RunningServer {
  readonly site: Pick<Site, 'plans' | 'shelf' | 'listening' | 'listeningTls'>
  readonly netboot: Pick<Netboot, 'services' | 'troubles'>
}

export type ServerExamination = (running: RunningServer, signal: AbortSignal) => AsyncIterable<Finding>

/**
 * Gets ready to look at a server from within. Keys and passwords are read now: once it runs as another account it may
 * not be able to.
 */
export async function prepareExamination(
  options: ServerToExamine,
  { clock, random, log }: Pick<Workplace, 'clock' | 'random' | 'log'>,
): Promise<ServerExamination> {
  const given = options.palette ?? {}
  const settings = await orFailure(readPaletteSettings(given))
  const isAsked =
    settings instanceof Failure ||
    settings.apiKey !== undefined ||
    Object.values(given).some((value) => value !== undefined)
  const palette = isAsked ? settings : undefined
  const vsphere = await orFailure(readVsphereSettings(process.env, options.vsphere ?? {}))

  return ({ site, netboot }, signal) => {
    const fleet = site.plans.fleet()
    const plans = plansOfServer(fleet, site)
    const path = resolve(options.dataDirectory)
    const steps = stepsOf({
      ...options,
      ...{ palette, plans, clock, random, log },
      listening: site.listening,
      bootPort: portOf(site.listening),
      bootTls: options.bootTls && { ...options.bootTls, port: portOf(site.listeningTls ?? '') },
      held: {
        finding: { name: 'data directory', verdict: 'good', detail: `${path}, of this server` },
        holder: process.pid,
        isServed: true,
      },
      needsQemu: plans.machines.count > 0,
      asksForDhcp: true,
      dhcpInterfaces: options.netboot.interfaces,
      answersDhcp: netboot.services.some((service) => /^DHCP \((proxy|authoritative)\): 67 /.test(service)),
      ports: portsOf(options),
    })
    const inside: Step = { title: 'DHCP and TFTP', examine: () => examineNetboot(netboot) }
    return runSteps([...steps, inside, ...vsphereSteps(fleet)], { log }, signal)
  }

  function vsphereSteps(fleet: DesiredFleet): readonly Step[] {
    if (!vsphere) return []
    return [
      {
        title: 'vSphere',
        async *examine(signal) {
          if (vsphere instanceof Failure) throw vsphere
          const look = (wish: ExamineWish) => examineVsphere(vsphere, wish, { clock, log }, signal)
          const wishes = vsphereWishes(fleet, options.advertise)
          if (wishes.length === 0) yield* connectionOnly(look({ places: {}, count: 0, diskGiB: 0 }))
          else yield* each(wishes, look)
        },
      },
    ]
  }
}

/** Of `ADDRESS:PORT`; 0 of nothing. */
function portOf(listening: string): number {
  return Number(listening.slice(listening.lastIndexOf(':') + 1))
}

/** What is wrong with settings is told by the doctor; those who need them have been told already. */
async function orFailure<T>(reading: Promise<T>): Promise<T | Failure> {
  try {
    return await reading
  } catch (error) {
    if (isFailure(error)) return error
    throw error
  }
}

function plansOfServer(fleet: DesiredFleet, { shelf }: Pick<Site, 'shelf'>): Plans {
  return plansOf(fleet, ({ name }) => {
    const key = shelf.get(name)?.served.key
    return key === undefined
      ? { identity: '', since: 'this server could not open it' }
      : { identity: key, since: 'this server opened it' }
  })
}

/** What listens for firmware, and what does not. */
async function* examineNetboot({ services, troubles }: RunningServer['netboot']): AsyncIterable<Finding> {
  const name = 'DHCP and TFTP'
  if (services.length > 0) yield { name, verdict: 'good', detail: services.join('; ') }
  for (const detail of troubles) yield { name, verdict: 'bad', detail }
  if (services.length + troubles.length === 0) {
    yield {
      name,
      verdict: 'good',
      detail: 'off: firmware that boots from the network is not answered (--dhcp)',
    }
  }
}

function portsOf({ netboot: { dhcp, tftpPort }, syslogPort }: ServerToExamine): readonly NeededPort[] {
  const dhcpPorts = dhcp === 'off' ? [] : dhcp === 'pxe-only' ? [4011] : [67, 4011]
  return [...dhcpPorts, tftpPort, syslogPort].flatMap((port) =>
    port === undefined ? [] : [{ protocol: 'udp' as const, port }],
  )
}

/** Different places of machines that are looked at; more take more time than anybody waits. */
const MAX_WISHES = 3
const NOWHERE: DesiredMachine = { driver: 'vsphere', options: {} }

/** Where the fleet's machines in vSphere go: one wish for each set of places, the most hosts first. */
export function vsphereWishes(
  fleet: Pick<DesiredFleet, 'hosts'>,
  advertise: string | undefined,
): readonly ExamineWish[] {
  const machines = fleet.hosts.flatMap(({ machine }) => (machine?.driver === 'vsphere' ? [machine] : []))
  const byPlaces = Map.groupBy(machines, ({ options, network }) =>
    JSON.stringify([network, ...VSPHERE_PLACES.map((place) => options[place])]),
  )
  return [...byPlaces.values()]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, MAX_WISHES)
    .map((alike) => {
      const [{ options, network } = NOWHERE] = alike
      const named = [
        ...VSPHERE_PLACES.map((place) => [place, options[place]] as const),
        ['network', network] as const,
      ]
      return {
        places: Object.fromEntries(
          named.flatMap(([place, text]) => (text === undefined ? [] : [[place, text]])),
        ),
        count: alike.length,
        diskGiB: Math.max(...alike.map(({ diskGiB }) => diskGiB ?? STANDARD_MACHINE.diskGiB)),
        advertise,
      }
    })
}

/** What several have in common is said once. */
async function* each(
  wishes: readonly ExamineWish[],
  look: (wish: ExamineWish) => AsyncIterable<Finding>,
): AsyncIterable<Finding> {
  const said = new Set<string>()
  for (const wish of wishes) {
    for await (const finding of look(wish)) {
      const text = JSON.stringify(finding)
      if (!said.has(text)) yield finding
      said.add(text)
    }
  }
}

/** Findings that do not depend on where machines go (adapters/hypervisor-vsphere/doctor). */
const OF_THE_CONNECTION = ['server', 'certificate', 'login', 'version', 'clock', 'vSphere']

/** No host wants a machine there, so nobody has said where: only whether there is somebody to talk to. */
async function* connectionOnly(findings: AsyncIterable<Finding>): AsyncIterable<Finding> {
  for await (const finding of findings) {
    if (!OF_THE_CONNECTION.includes(finding.name)) return
    yield finding
  }
}
