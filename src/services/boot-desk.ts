import { type ArtifactRole, CLASSIC_NAMES, roleOfClassicName } from '../domain/artifact.ts'
import { decideBoot, isConfigWanted } from '../domain/boot-decision.ts'
import { isFailure } from '../domain/failure.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import { type BootId, parseBootId, parseConfigToken } from '../domain/opaque-id.ts'
import { parseUuid } from '../domain/uuid.ts'
import type { BootClient, BootDesk, ScriptAnswer, ScriptQuery, ServedArtifact } from '../ports/boot-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { renderBootScript } from '../render/ipxe/boot-script.ts'
import { renderLocalBootScript } from '../render/ipxe/local-boot-script.ts'
import { renderUnknownHostScript } from '../render/ipxe/unknown-host-script.ts'
import { renderWaitScript } from '../render/ipxe/wait-script.ts'
import type { HostBook, HostState } from './host-book.ts'
import { observeTransfer } from './observe-transfer.ts'
import type { ServedInstaller } from './served-installer.ts'

/** The texts that depend on the installer and the user-data, already checked when the program started. */
export interface BootTexts {
  /** The script that installs this host; every URL in it is under `base`. */
  installScript(input: {
    readonly host: string
    readonly mac: string
    readonly bootId: string
    readonly token: string
    readonly base: string
  }): string
  /** The user-data this host gets, phone-home hooks included; every URL in it is under `base`. */
  userData(input: { readonly token: string; readonly base: string }): string
  /** The header-only document for hosts that are installed. */
  readonly inertUserData: string
  /** For hosts that nobody announced, by classic names; `undefined` where classic names are off. */
  classicScript?(base: string): string
  /** What classic clients get; the same for all. */
  readonly classicUserData?: string
}

export interface BootDeskDependencies {
  readonly book: HostBook
  readonly installer: ServedInstaller
  readonly texts: BootTexts
  readonly clock: Clock
  readonly log: Log
}

/** A host that has to wait asks again after this many seconds; iPXE does it by itself. */
const RETRY_AFTER_SECONDS = 10

/** Answers the boot listener's questions out of the book. */
export function createBootDesk({ book, installer, texts, clock, log }: BootDeskDependencies): BootDesk {
  return {
    bootScript: ({ base }) => renderBootScript({ base }),
    hostScript: async (query, client) => {
      const known = findHost(query)
      return known ? scriptFor(known, query, client) : unknownScript(query, client)
    },
    artifact: (bootId, name) => {
      const role = roleOfClassicName(name)
      const id = parseBootId(bootId)
      const entry = role && id && book.byBoot(id)
      return entry ? served(role, { host: entry.state.host.name, bootId: entry.boot.bootId }) : undefined
    },
    artifactByDigest: (sha256, name) => {
      const role = roleOfClassicName(name)
      return role && installer.artifact(role).sha256() === sha256 ? served(role) : undefined
    },
    classicArtifact: (name, { address }) => {
      const role = roleOfClassicName(name)
      if (!role || !texts.classicScript) return undefined
      log.info({ address, role }, 'classic name asked for')
      return served(role)
    },
    userData: async (token, client) => {
      const parsed = parseConfigToken(token)
      const entry = parsed && book.byToken(parsed)
      if (!entry) return undefined
      const document = texts.userData({ token, base: client.base })
      const { data } = await book.decide(
        entry.state.host.name,
        (life) => {
          const inert = !isConfigWanted(life)
          const bytes = (inert ? texts.inertUserData : document).length
          const { address, userAgent } = client
          return { type: 'config.served', data: { bytes, address, userAgent, inert } } as const
        },
        entry.boot.bootId,
      )
      return { document: data.inert ? texts.inertUserData : document }
    },
    classicUserData: async ({ address, userAgent }) => {
      if (texts.classicUserData === undefined) return undefined
      log.info({ address, userAgent }, 'classic config.yaml served')
      return { document: texts.classicUserData }
    },
    phoneHome: async (token, stage, detail, { address }) => {
      const parsed = parseConfigToken(token)
      const entry = parsed && book.byToken(parsed)
      if (!entry) return 'unknown-token'
      const data = { stage, detail, address }
      await book.record(entry.state.host.name, { type: 'host.stage', data }, entry.boot.bootId)
      return 'accepted'
    },
  }

  function findHost(query: ScriptQuery): HostState | undefined {
    const mac = parseMacAddress(query['mac'] ?? '')
    const uuid = parseUuid(query['uuid'] ?? '')
    return mac && uuid ? book.byMachine(mac, uuid) : undefined
  }

  async function scriptFor(
    { host, life }: HostState,
    query: ScriptQuery,
    client: BootClient,
  ): Promise<ScriptAnswer> {
    // Opened before the decision is recorded, so that a crash in between never leaves a script without its boot.
    const boot = decideBoot(life) === 'install' ? await book.openBoot(host.name) : undefined
    const about = {
      address: client.address,
      ...(query['platform'] ? { platform: query['platform'] } : {}),
      ...(query['version'] ? { ipxeVersion: query['version'] } : {}),
    }
    const { data } = await book.decide(
      host.name,
      (now) => {
        const decision = decideBoot(now)
        const action = decision === 'install' && !boot ? 'wait' : decision
        return { type: 'script.served', data: { action, ...about } } as const
      },
      boot?.bootId,
    )
    if (data.action === 'install' && boot) {
      const { bootId, token } = boot
      const input = { host: host.name, mac: host.spec.mac, bootId, token, base: client.base }
      return { action: 'install', script: texts.installScript(input) }
    }
    return data.action === 'local'
      ? { action: 'local', script: renderLocalBootScript({ platform: host.spec.firmware }) }
      : waiting(host.name)
  }

  function waiting(host: string): ScriptAnswer {
    const script = renderWaitScript({ host, retryAfterSeconds: RETRY_AFTER_SECONDS })
    return { action: 'wait', script, retryAfterSeconds: RETRY_AFTER_SECONDS }
  }

  function unknownScript(query: ScriptQuery, { address, base }: BootClient): ScriptAnswer {
    const { mac = '', uuid = '' } = query
    if (texts.classicScript) {
      log.info({ address, mac }, 'handed the installer to a machine nobody announced')
      return { action: 'install', script: texts.classicScript(base) }
    }
    log.warn({ address, mac, uuid }, 'an unknown machine asked for a boot script')
    return { action: 'unknown', script: renderUnknownHostScript({ mac, uuid }) }
  }

  function served(
    role: ArtifactRole,
    who?: { readonly host: string; readonly bootId: BootId },
  ): ServedArtifact {
    const artifact = installer.artifact(role)
    return {
      ...artifact,
      observe: () =>
        observeTransfer({
          role,
          totalBytes: artifact.sizeBytes,
          clock,
          tell: (happening) => {
            if (!who) {
              if (happening.type !== 'artifact.progress')
                log.info({ name: CLASSIC_NAMES[role], ...happening.data }, happening.type)
              return
            }
            // A host deleted in the middle of its download is no failure of the transfer.
            book.record(who.host, happening, who.bootId).catch((error: unknown) => {
              if (!isFailure(error, 'host.not-found'))
                log.error({ err: error }, 'could not record a transfer')
            })
          },
        }),
    }
  }
}
