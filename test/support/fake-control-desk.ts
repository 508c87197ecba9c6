import type { DesiredFleet } from '../../src/domain/desired-fleet.ts'
import type { HostEvent, RecordedEvent } from '../../src/domain/event.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Authenticator, Identity } from '../../src/ports/authenticator.ts'
import type { ControlDesk } from '../../src/ports/control/control-desk.ts'
import type { FleetPlan, FleetView } from '../../src/ports/control/fleet-desk.ts'
import type { DesiredHostView, HostDetail, HostView } from '../../src/ports/control/host-desk.ts'
import type { Page, PageRequest } from '../../src/ports/control/paging.ts'

/** Tokens by role, as `createFakeAuthenticator` knows them. */
export const TOKENS = { viewer: 'a-viewer', operator: 'an-operator', admin: 'an-admin' } as const

/** Knows one token of each role until it is told to forget one. */
export function createFakeAuthenticator(): Authenticator & { revoke(token: string): void } {
  const known = new Map<string, Identity>(
    Object.entries(TOKENS).map(([role, token]) => [token, { name: `${role}-1`, role } as Identity]),
  )
  return {
    authenticate: async (token) => known.get(token),
    admit: async (token) => (known.has(token) ? `hash of ${token}` : undefined),
    recognise: async (tokenHash) => known.get(tokenHash.replace('hash of ', '')),
    revoke: (token) => void known.delete(token),
  }
}

/** A fleet of one host; state only what matters. */
export function aDesiredFleet(given: Partial<DesiredFleet> = {}): DesiredFleet {
  return {
    installers: [{ name: 'palette', isoPath: '/isos/palette.iso' }],
    profiles: [{ name: 'store' }],
    hosts: [aDesiredHost()],
    unknownHosts: { policy: 'ignore' },
    ...given,
  }
}

export function aDesiredHost(name = 'edge-1'): DesiredFleet['hosts'][number] {
  return {
    name,
    profile: 'store',
    installer: 'palette',
    match: { mac: '52:54:00:00:00:01' },
    labels: { site: 'berlin' },
    kernelArgs: { add: [], remove: [] },
    userData: '#cloud-config\n',
    ready: { kind: 'auto' },
    localBoot: 'auto',
    approve: 'auto',
    phoneHome: true,
    timeouts: { rootfs: 600_000 },
  }
}

/** A host as lists show it; state only what matters. */
export function aHostView(given: Partial<HostView> = {}): HostView {
  return {
    name: 'edge-1',
    labels: { site: 'berlin' },
    phase: 'defined',
    since: 1000,
    power: 'off',
    installs: 0,
    lastSeen: 1000,
    transfers: { rootfs: { bytes: 5, total: 10, rate: 1, startedAt: 1000, attempts: 1 } },
    ...given,
  }
}

export interface FakeControlDesk extends ControlDesk {
  /** Every call that changes something: name of the method and its arguments. */
  readonly calls: (readonly [method: string, ...args: readonly unknown[]])[]
  readonly listeners: ReadonlySet<unknown>
  /** Version of the fleet and of every host. */
  version: string
  readonly desired: DesiredFleet
  /** Thrown by the next call, whichever it is. */
  failNext: unknown
  ready: boolean
  hostViews: HostView[]
  /** Puts an event into the store and tells all listeners. */
  tell(event?: Partial<HostEvent>): RecordedEvent
  /** Tells an event that is not kept. */
  tellProgress(): void
  /** Resolves when the number of listeners is this. */
  whenListening(count: number): Promise<void>
}

/** A desk with one host that writes down all it is asked to change. */
export function createFakeControlDesk(): FakeControlDesk {
  const calls: FakeControlDesk['calls'] = []
  const kept: RecordedEvent[] = []
  const listeners = new Set<(event: HostEvent | RecordedEvent) => void>()
  const waiting = new Set<() => void>()
  const act = async (method: string, ...args: readonly unknown[]): Promise<void> => {
    fail()
    calls.push([method, ...args])
  }
  const onHost = async (method: string, name: string, ...args: readonly unknown[]): Promise<void> => {
    await desk.host(name)
    await act(method, name, ...args)
  }
  function fail(): void {
    const error = desk.failNext
    desk.failNext = undefined
    if (error) throw error
  }
  const view = ({ userData: _, ...host }: DesiredFleet['hosts'][number]): DesiredHostView => ({
    ...host,
    userDataSha256: '00'.repeat(32),
  })
  const plan = (desired: DesiredFleet): FleetPlan => ({
    version: desk.version,
    changes: desired.hosts.map(({ name }) => ({ kind: 'create', object: 'host', name, what: ['it is new'] })),
    unchanged: 0,
    warnings: [],
  })
  const changed = () => {
    for (const look of waiting) look()
  }

  const desk: FakeControlDesk = {
    calls,
    listeners,
    version: 'v1',
    desired: aDesiredFleet(),
    failNext: undefined,
    ready: true,
    hostViews: [aHostView()],
    tell(event = {}) {
      const recorded = {
        id: kept.length + 1,
        time: 1000,
        host: 'edge-1',
        type: 'machine.created',
        data: { driver: 'qemu' },
        ...event,
      } as RecordedEvent
      kept.push(recorded)
      for (const listener of listeners) listener(recorded)
      return recorded
    },
    tellProgress() {
      const data = { role: 'rootfs', bytes: 1, total: 2 } as const
      for (const listener of listeners)
        listener({ time: 1000, host: 'edge-1', type: 'artifact.progress', data })
    },
    whenListening: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (listeners.size !== count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),

    async hosts({ phase, text }, page) {
      fail()
      const fitting = desk.hostViews.filter(
        (host) => (!phase || host.phase === phase) && (!text || host.name.includes(text)),
      )
      return { ...pageByKey(fitting, ({ name }) => name, page), lastEventId: kept.at(-1)?.id ?? 0 }
    },
    async host(name): Promise<HostDetail> {
      fail()
      const found = desk.hostViews.find((host) => host.name === name)
      if (!found) throw new Failure('host.not-found', `there is no host ${name}`)
      return {
        ...found,
        version: desk.version,
        createdAt: 1000,
        history: [{ phase: 'defined', at: 1000 }],
        events: kept.filter(({ host }) => host === name),
        definition: view(aDesiredHost(name)),
      }
    },
    reinstall: (name, actor) => onHost('reinstall', name, actor),
    arm: (name, forMs, actor) => onHost('arm', name, forMs, actor),
    approve: (name, actor) => onHost('approve', name, actor),
    retry: (name, actor) => onHost('retry', name, actor),
    async power(name, action, actor) {
      await onHost('power', name, action, actor)
      return { way: 'switched' }
    },
    async examine() {
      fail()
      return { at: 1000, verdict: 'warning', findings: [A_FINDING] }
    },
    netbootNews: async () => ({ services: [], items: [] }),
    deleteHost: (name, actor) => onHost('deleteHost', name, actor),
    async screenshot(name) {
      await desk.host(name)
      return Uint8Array.of(0x89, 0x50, 0x4e, 0x47)
    },
    async serialLog(name, tailBytes) {
      await desk.host(name)
      return 'login: '.slice(-tailBytes)
    },
    async hostLog(name, source = 'serial', tailBytes) {
      await desk.host(name)
      return `of ${source}\n`.slice(-tailBytes)
    },
    lastEventId: async () => kept.at(-1)?.id ?? 0,
    async eventsAfter(afterId, { host, type }, limit) {
      fail()
      return kept
        .filter(
          (event) => event.id > afterId && (!host || event.host === host) && (!type || event.type === type),
        )
        .slice(0, limit)
    },
    subscribe(listener) {
      listeners.add(listener)
      changed()
      return () => {
        listeners.delete(listener)
        changed()
      }
    },
    async fleet(): Promise<FleetView> {
      fail()
      return { ...desk.desired, version: desk.version, hosts: desk.desired.hosts.map(view) }
    },
    async planFleet(desired) {
      fail()
      return plan(desired)
    },
    async applyFleet(desired, options) {
      if (options.ifVersion !== undefined && options.ifVersion !== desk.version) {
        throw new Failure('fleet.changed', 'somebody else changed the fleet; plan again')
      }
      await act('applyFleet', desired, options)
      desk.version = `v${Number(desk.version.slice(1)) + 1}`
      return plan(desired)
    },
    async discovered(page) {
      const told = { mac: '52:54:00:00:00:02' }
      return pageByKey(
        [{ id: 'd1', firstSeen: 1, lastSeen: 2, address: '192.0.2.7', told }],
        ({ id }) => id,
        page,
      )
    },
    async adopt(id, as, actor) {
      await act('adopt', id, as, actor)
      return await desk.host('edge-1')
    },
    forget: (id, actor) => act('forget', id, actor),
    installers: async () => [AN_INSTALLER],
    async addInstaller(given, actor) {
      await act('addInstaller', given, actor)
      return { ...AN_INSTALLER, ...given }
    },
    removeInstaller: (name, actor) => act('removeInstaller', name, actor),
    installerContents: async () => AN_ISO,
    inspectIso: async (isoPath) => ({ ...AN_ISO, isoPath }),
    isos: async () => ({
      folders: ['/isos'],
      items: [{ path: '/isos/palette.iso', sizeBytes: 5, modifiedAt: 1, installer: 'palette' }],
    }),
    async uploadIso({ fileName, sizeBytes, body }, actor) {
      await act('uploadIso', fileName, sizeBytes, actor)
      for await (const _chunk of body);
      return { path: `/isos/${fileName}`, sizeBytes, modifiedAt: 1 }
    },
    checkUserData: async () => ({ findings: [] }),
    userDataSchema: async () => '{}\n',
    async addHosts(wish, actor) {
      await act('addHosts', wish, actor)
      return { version: 'v2', changes: [], unchanged: 1, warnings: [] }
    },
    tokens: async () => [{ id: 1, name: 'viewer-1', role: 'viewer', createdAt: 1 }],
    async createToken(given, actor) {
      await act('createToken', given, actor)
      return { id: 2, name: given.name, role: given.role, createdAt: 1, token: 'ebt_secret' }
    },
    revokeToken: (name, actor) => act('revokeToken', name, actor),
    async audit(_filter, page) {
      const entry = { id: 1, time: 1, who: 'token:a', action: 'host.reinstall', object: 'edge-1', detail: {} }
      return pageByKey([{ ...entry, outcome: 'done' as const }], ({ id }) => String(id), page)
    },
    about: async () => ({
      version: '1.2.3',
      bootUrl: 'http://192.0.2.1:8080',
      bootScriptUrl: 'http://192.0.2.1:8080/boot.ipxe',
      drivers: [{ kind: 'qemu', usable: true, detail: 'QEMU 7.2.0 with KVM' }],
      services: ['TFTP: 69 on 192.0.2.1'],
    }),
    async boots(name) {
      await desk.host(name)
      const steps = [{ phase: 'script' as const, at: 1000, durationMs: 500 }]
      return {
        items: [{ startedAt: 1000, endedAt: 1500, outcome: 'given-up', steps }],
        usual: { script: { durationMs: 400, hosts: 3 } },
      }
    },
    async hostScript(name) {
      await desk.host(name)
      return { text: '#!ipxe\n', rendered: 'as-served' }
    },
    async hostUserData(name) {
      await desk.host(name)
      return { text: '#cloud-config\n', rendered: 'now' }
    },
    throughput: async (after = 0) => ({
      intervalMs: 5000,
      samples: [5000, 10_000]
        .filter((at) => at > after)
        .map((at) => ({ at, bytes: 10, transfers: 1, hosts: 1, busy: 0.1 })),
      bottleneck: { where: 'unknown', why: 'One download gets 2 B/s.' },
    }),
    metrics: async () => '# TYPE edgeboot_hosts gauge\nedgeboot_hosts 1\n',
    readiness: async () => ({
      ready: desk.ready,
      reasons: desk.ready ? [] : ['the store cannot be written'],
    }),
  }
  return desk
}

const A_FINDING = { name: 'clock here', verdict: 'warning', detail: 'slow', remedy: 'set it' } as const

const AN_INSTALLER = {
  name: 'palette',
  isoPath: '/isos/palette.iso',
  sizeBytes: 5,
  family: 'kairos',
  addedAt: 1,
  warnings: [],
}

const AN_ISO = {
  isoPath: '/isos/palette.iso',
  sizeBytes: 5,
  family: 'kairos' as const,
  volumeLabel: 'COS_LIVE',
  architecture: 'x86_64' as const,
  artifacts: [{ role: 'kernel' as const, path: '/boot/kernel', sizeBytes: 3 }],
  builtInFiles: [],
  kernelArguments: [],
  warnings: [],
}

function pageByKey<T>(all: readonly T[], keyOf: (item: T) => string, { after, limit }: PageRequest): Page<T> {
  const rest = all.filter((item) => after === undefined || keyOf(item) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return last && rest.length > limit ? { items, next: keyOf(last) } : { items }
}
