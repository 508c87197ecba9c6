import { inertUserData } from '../codec/user-data/user-data.ts'
import { type ArtifactRole, CLASSIC_NAMES, roleOfClassicName } from '../domain/artifact.ts'
import { type BootDecision, decideBoot, decideConfig, type InstallPolicy } from '../domain/boot-decision.ts'
import { Failure, isFailure } from '../domain/failure.ts'
import { type GuestNetwork, readGuestNetwork } from '../domain/guest-network.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import { readMachineFacts } from '../domain/machine-facts.ts'
import { ipv4AddressOf } from '../domain/netboot/ipv4.ts'
import { type BootId, parseBootId, parseConfigToken } from '../domain/opaque-id.ts'
import { createRateLimiter, type RateLimit } from '../domain/rate-limit.ts'
import { parseUuid } from '../domain/uuid.ts'
import type { BootClient, BootDesk, ScriptAnswer, ScriptQuery } from '../ports/boot-desk.ts'
import type { BootFileObserver, BootFiles } from '../ports/boot-files.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { renderBootScript } from '../render/ipxe/boot-script.ts'
import { renderLocalBootScript } from '../render/ipxe/local-boot-script.ts'
import { renderRefusedScript } from '../render/ipxe/refused-script.ts'
import { renderWaitScript } from '../render/ipxe/wait-script.ts'
import type { BootPlan, BootPlans } from './boot-plan.ts'
import { findHost } from './find-host.ts'
import type { HostBook, HostState } from './host-book.ts'
import { observeTransfer } from './observe-transfer.ts'
import type { ServedInstaller } from './served-installer.ts'
import type { ServedTexts } from './served-texts.ts'
import type { Strangers } from './strangers.ts'
import type { TransferMeter } from './throughput.ts'

/** What everybody may have who knows the classic names. */
export interface ClassicOffer {
  readonly installer: ServedInstaller
  readonly userData: string
}

export interface BootDeskDependencies {
  readonly book: HostBook
  readonly plans: BootPlans
  readonly strangers: Strangers
  /** Absent: the classic names are not there. */
  readonly classic?: () => ClassicOffer | undefined
  /** Firmware images and the script beside them; absent: there are none. */
  readonly bootFiles?: BootFiles
  /** Told of those that were fetched. */
  readonly bootFileObserver?: BootFileObserver
  /** Whether one more host may begin its installation now; hosts that have begun are always let in. */
  readonly admit?: (host: string) => boolean
  /** Told of a host that was let in and then not handed the installer after all. */
  readonly notBegun?: (host: string) => void
  /** Whether what iPXE sends to the address it reaches us by is received there; by default it is not. */
  readonly takesSyslog?: () => boolean
  /** Told of the texts that hosts are handed, to show them later. */
  readonly served?: Pick<ServedTexts, 'keep'>
  /** Counts what is sent. */
  readonly meter?: TransferMeter
  readonly clock: Clock
  readonly log: Log
}

/** A host that has to wait asks again after this many seconds; iPXE does it by itself. */
const RETRY_AFTER_SECONDS = 10

/**
 * A host that waits asks every few seconds, for days maybe, and one that is refused may try on purpose: what changes
 * nothing is kept so often only.
 */
const REPEATED_NEWS: RateLimit = { perSecond: 1 / 600, burst: 20 }
/** More stages than any installation has. */
const REPORTS: RateLimit = { perSecond: 1, burst: 100 }

/** How long an answer may wait for the state to be stored, in milliseconds. */
const PATIENCE_MS = 5000

/** For hosts nothing says any more what they are to become: whatever happens, they are not installed. */
const NEVER_INSTALL: InstallPolicy = { identity: 'claimed', approve: 'manual' }

/** Answers the boot listener's questions out of the book. */
export function createBootDesk(dependencies: BootDeskDependencies): BootDesk {
  const { book, plans, strangers, classic, clock, log } = dependencies
  const { admit = () => true, notBegun = () => undefined, takesSyslog = () => false } = dependencies
  const { bootFiles, bootFileObserver, served, meter } = dependencies
  const syslogAt = (base: string) => (takesSyslog() ? ipv4AddressOf(base) : undefined)
  const news = createRateLimiter(REPEATED_NEWS)
  const reports = createRateLimiter(REPORTS)
  return {
    bootScript: ({ base }) => renderBootScript({ base, syslog: syslogAt(base) }),
    hostScript: async (query, client) => {
      const facts = readMachineFacts(query)
      const known = findHost(facts, { book, plans })
      const answer = known ? scriptFor(known, query, client) : strangers.answer(facts, query, client)
      return await inTime(answer)
    },
    artifact: (bootId, name, { address }) => {
      const role = roleOfClassicName(name)
      const id = parseBootId(bootId)
      const entry = role && id && book.byBoot(id)
      if (!entry || entry.state.life.bootId !== entry.boot.bootId) return undefined
      const installer = plans.of(entry.state.host.name)?.installer
      // The bytes of one boot all come from one ISO, also when the plan of the host has changed meanwhile.
      if (!installer || entry.state.life.installer !== installer.key) return undefined
      return { ...installer.artifact(role), observe: () => watch(role, installer, entry, address) }
    },
    artifactByDigest: (sha256, name) => {
      const role = roleOfClassicName(name)
      if (!role) return undefined
      const installer = plans.installers().find((candidate) => candidate.artifact(role).sha256() === sha256)
      return installer && { ...installer.artifact(role), observe: () => logTransfer(role, installer) }
    },
    classicArtifact: (name, { address }) => {
      const role = roleOfClassicName(name)
      const offer = role && classic?.()
      if (!offer) return undefined
      log.info({ address, role }, 'classic name asked for')
      return { ...offer.installer.artifact(role), observe: () => logTransfer(role, offer.installer, address) }
    },
    bootFile: (name, { address, base }) => {
      const file = bootFiles?.find(name, { address, localAddress: '', base })
      if (!file || !bootFileObserver) return file
      const transfer = { name, address }
      const observe = {
        sent: (durationMs: number) =>
          bootFileObserver.sent({ ...transfer, bytes: file.bytes.length, durationMs }),
        aborted: (reason: string) => bootFileObserver.aborted({ ...transfer, reason }),
      }
      return { ...file, observe }
    },
    userData: (token, client) => inTime(userDataFor(token, client)),
    classicUserData: async ({ address, userAgent }) => {
      const offer = classic?.()
      if (!offer) return undefined
      log.info({ address, userAgent }, 'classic config.yaml served')
      return { document: offer.userData }
    },
    phoneHome: async (token, stage, detail, { address }) => {
      const parsed = parseConfigToken(token)
      const entry = parsed && book.byToken(parsed)
      if (!entry) return 'unknown-token'
      if (!reports.take(entry.state.host.name, clock.now())) return 'accepted'
      const data = { stage, detail, address }
      await inTime(book.record(entry.state.host.name, { type: 'host.stage', data }, entry.boot.bootId))
      return 'accepted'
    },
  }

  async function isSettledAtOnce(answer: Promise<unknown>): Promise<boolean> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    answer.then(settle, settle)
    await clock.sleep(0)
    return isSettled
  }

  /** Firmware does not wait for a database; it asks again when it is told to. */
  async function inTime<T>(answer: Promise<T>): Promise<T> {
    // A database of ours has answered by then, nearly always, and a limit that is not set costs nothing.
    if (await isSettledAtOnce(answer)) return await answer
    const over = new AbortController()
    const late = clock.sleep(PATIENCE_MS, over.signal).then(
      () => Promise.reject(new Failure('store.failed', 'the state database takes too long')),
      () => answer,
    )
    try {
      return await Promise.race([answer, late])
    } finally {
      over.abort('answered')
    }
  }

  async function scriptFor(state: HostState, query: ScriptQuery, client: BootClient): Promise<ScriptAnswer> {
    const { name } = state.host
    const plan = plans.of(name)
    const policy = plan?.policy ?? NEVER_INSTALL
    const question = { now: clock.now(), address: client.address }
    const first = decideBoot(state.life, policy, question)
    if (first.action !== 'install' && !news.take(name, question.now)) return answerTo(first)
    const detour = first.action === 'install' && plan?.overHttps ? detourFor(name, query, client) : undefined
    if (detour) return detour
    const isIn = first.action === 'install' && admit(name)
    let answer: ScriptAnswer | undefined
    try {
      answer = await decideNow(isIn)
      return answer
    } finally {
      if (isIn && answer?.action !== 'install') notBegun(name)
    }

    async function decideNow(mayBegin: boolean): Promise<ScriptAnswer> {
      // Opened before the decision is recorded, so that a crash in between never leaves a script without its boot.
      const boot = mayBegin ? await book.openBoot(name) : undefined
      let decided: BootDecision = { action: 'wait' }
      const { data } = await book.decide(
        name,
        (now) => {
          decided = decideBoot(now, policy, question)
          if (decided.action === 'install' && !boot)
            decided = { action: 'wait', reason: 'as many hosts as allowed install already' }
          const about = {
            ...aboutClient(query, client),
            ...(decided.reason ? { reason: decided.reason } : {}),
          }
          const installer = plan && decided.action === 'install' ? { installer: plan.installer.key } : {}
          return { type: 'script.served', data: { action: decided.action, ...about, ...installer } } as const
        },
        boot?.bootId,
      )
      if (data.action !== 'install' || !boot || !plan) return answerTo(decided)
      const mac = parseMacAddress(query['mac'] ?? '') ?? state.host.spec?.mac
      const { bootId, token } = boot
      const { base } = client
      const network = networkOf(query, name)
      const input = { host: name, mac, network, bootId, token, base, syslog: syslogAt(base) }
      const script = () => plan.texts.installScript(input)
      served?.keep(name, bootId, { script: () => ({ text: script() }) })
      return { action: 'install', script: script() }
    }

    function networkOf(told: ScriptQuery, host: string): GuestNetwork {
      const network = readGuestNetwork(told)
      if (!network)
        log.warn({ host, address: client.address }, 'ignored a network that cannot be, DHCP is used')
      return network ?? {}
    }

    function answerTo({ action, reason }: BootDecision): ScriptAnswer {
      if (action === 'local') return sendToDisk(plan, state, query, reason)
      if (action !== 'refused') return waiting(name, reason)
      log.warn({ host: name, address: client.address }, 'a second machine asked in the name of a host')
      return { action, script: renderRefusedScript({ host: name, reason: reason ?? '' }) }
    }
  }

  /**
   * A host that is to boot over HTTPS and asks without it is sent there before a boot is opened for it, so that no token of
   * its ever crosses the wire in the clear. Nothing when it asks over HTTPS.
   */
  function detourFor(name: string, query: ScriptQuery, client: BootClient): ScriptAnswer | undefined {
    if (client.base.startsWith('https://')) return undefined
    if (query['platform'] === 'pcbios') {
      return waiting(name, 'it is to boot over HTTPS, which iPXE for BIOS has not')
    }
    const { secureBase } = client
    if (secureBase === undefined)
      return waiting(name, 'it is to boot over HTTPS, which this server does not speak')
    return { action: 'wait', script: renderBootScript({ base: secureBase }) }
  }

  function sendToDisk(
    plan: BootPlan | undefined,
    { host }: HostState,
    query: ScriptQuery,
    reason?: string,
  ): ScriptAnswer {
    const platform = host.spec?.firmware ?? (query['platform'] === 'efi' ? 'uefi' : 'bios')
    const why = reason ? { reason: reason.replace('NAME', host.name) } : {}
    return {
      action: 'local',
      script: renderLocalBootScript({ platform, strategy: plan?.localBoot ?? 'auto', ...why }),
    }
  }

  function waiting(host: string, why?: string): ScriptAnswer {
    const reason = why ? { reason: why.replace('NAME', host) } : {}
    const script = renderWaitScript({ host, retryAfterSeconds: RETRY_AFTER_SECONDS, ...reason })
    return { action: 'wait', script, retryAfterSeconds: RETRY_AFTER_SECONDS }
  }

  async function userDataFor(token: string, { address, userAgent, base }: BootClient) {
    const parsed = parseConfigToken(token)
    const entry = parsed && book.byToken(parsed)
    if (!entry) return undefined
    const { name } = entry.state.host
    const { bootId } = entry.boot
    const texts = plans.of(name)?.texts
    const document = texts?.userData({ token, base }) ?? inertUserData()
    const first = decideConfig(entry.state.life, bootId, address)
    const isNews = first.kind === 'document' || entry.state.life.phase === 'installed'
    if (!isNews && !news.take(name, clock.now())) {
      return first.kind === 'inert' ? { document: inertUserData() } : undefined
    }
    const decided = await book.decide(
      name,
      (life) => {
        const decision = decideConfig(life, bootId, address)
        if (decision.kind === 'refused') {
          const { reason, detail } = decision
          return { type: 'config.refused', data: { address, reason, detail } } as const
        }
        const inert = decision.kind === 'inert'
        const bytes = (inert ? inertUserData() : document).length
        return { type: 'config.served', data: { bytes, address, userAgent, inert } } as const
      },
      bootId,
    )
    if (decided.type === 'config.served') {
      if (decided.data.inert) return { document: inertUserData() }
      if (texts) {
        const { secretPaths } = texts
        served?.keep(name, bootId, {
          userData: () => ({ text: texts.userData({ token, base }), secretPaths }),
        })
      }
      return { document }
    }
    log.warn({ host: name, bootId, address }, 'refused a configuration to another machine')
    return undefined
  }

  function watch(
    role: ArtifactRole,
    installer: ServedInstaller,
    { boot, state }: { readonly boot: { readonly bootId: BootId }; readonly state: HostState },
    address: string,
  ) {
    const observer = observeTransfer({
      role,
      address,
      totalBytes: installer.artifact(role).sizeBytes,
      clock,
      tell: (happening) => {
        // What is complete counts as broken off when the process is killed before that is stored.
        const store = happening.type === 'artifact.finished' ? book.record : book.note
        // A host deleted in the middle of its download is no failure of the transfer.
        store(state.host.name, happening, boot.bootId).catch((error: unknown) => {
          if (!isFailure(error, 'host.not-found')) log.error({ err: error }, 'could not record a transfer')
        })
      },
    })
    return meter?.count(observer, state.host.name) ?? observer
  }

  /** Without an address it is a cache that downloads, not a host. */
  function logTransfer(role: ArtifactRole, installer: ServedInstaller, address?: string) {
    const observer = observeTransfer({
      role,
      totalBytes: installer.artifact(role).sizeBytes,
      clock,
      tell: ({ type, data }) => {
        if (type !== 'artifact.progress') log.info({ name: CLASSIC_NAMES[role], ...data }, type)
      },
    })
    return meter?.count(observer, address) ?? observer
  }
}

function aboutClient(query: ScriptQuery, { address }: BootClient) {
  const uuid = parseUuid(query['uuid'] ?? '')
  return {
    address,
    ...(uuid ? { uuid } : {}),
    ...(query['platform'] ? { platform: query['platform'] } : {}),
    ...(query['version'] ? { ipxeVersion: query['version'] } : {}),
  }
}
