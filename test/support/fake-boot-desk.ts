import { CLASSIC_NAMES } from '../../src/domain/artifact.ts'
import type { Extent } from '../../src/domain/installer.ts'
import type { RandomAccess } from '../../src/ports/blob-source.ts'
import type {
  BootClient,
  BootDesk,
  PhoneHomeOutcome,
  ScriptAnswer,
  ScriptQuery,
  ServedArtifact,
  UserDataAnswer,
} from '../../src/ports/boot-desk.ts'

export const A_BOOT_ID = 'abcdefgh234567ab'
export const A_TOKEN = 'secretsecretsecretsecretsecret22'
export const AN_ENTITY_TAG = 'identity-of-the-iso'

/** All that an observer was told of one transfer. */
export interface ObservedTransfer {
  readonly role: string
  started: number
  readonly progress: number[]
  /** More than one entry would be a mistake of the server. */
  readonly ends: ({ readonly kind: 'finished'; readonly bytes: number } | AbortedTransfer)[]
}

export interface AbortedTransfer {
  readonly kind: 'aborted'
  readonly bytes: number
  readonly reason: string
}

export interface FakeBootDesk extends BootDesk {
  readonly transfers: readonly ObservedTransfer[]
  readonly asked: { readonly query: ScriptQuery; readonly client: BootClient }[]
  readonly clients: BootClient[]
  readonly phonedHome: { readonly token: string; readonly stage: string; readonly detail: string }[]
  sha256: string | undefined
  scriptAnswer: (query: ScriptQuery, client: BootClient) => Promise<ScriptAnswer>
  hasClassicNames: boolean
  /** Resolves when `count` transfers have ended, with all of them. */
  whenEnded(count: number): Promise<readonly ObservedTransfer[]>
  /** Resolves when some transfer has been told of at least so many bytes. */
  whenSent(bytes: number): Promise<void>
}

export interface FakeBootDeskOptions {
  /** Served as the root file system, under every artifact address. */
  readonly blob?: RandomAccess
  readonly extents?: readonly Extent[]
  readonly entityTag?: string
}

/** A desk with one host, whose every question and transfer is written down. */
export function createFakeBootDesk(options: FakeBootDeskOptions = {}): FakeBootDesk {
  const { blob, entityTag = AN_ENTITY_TAG } = options
  const extents = options.extents ?? [{ offsetBytes: 0, lengthBytes: blob?.identity.sizeBytes ?? 0 }]
  const transfers: ObservedTransfer[] = []
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    })

  const served = (name: string): ServedArtifact | undefined => {
    if (!blob || name !== CLASSIC_NAMES.rootfs) return undefined
    return {
      role: 'rootfs',
      sizeBytes: extents.reduce((sum, extent) => sum + extent.lengthBytes, 0),
      extents,
      blob,
      entityTag,
      sha256: () => desk.sha256,
      observe() {
        const transfer: ObservedTransfer = { role: 'rootfs', started: 0, progress: [], ends: [] }
        transfers.push(transfer)
        return {
          started: () => {
            transfer.started++
            tell()
          },
          progress: (bytes) => {
            transfer.progress.push(bytes)
            tell()
          },
          finished: (bytes) => {
            transfer.ends.push({ kind: 'finished', bytes })
            tell()
          },
          aborted: (bytes, reason) => {
            transfer.ends.push({ kind: 'aborted', bytes, reason })
            tell()
          },
        }
      },
    }
  }
  const userData = (client: BootClient): UserDataAnswer => {
    desk.clients.push(client)
    return { document: '#cloud-config\nstylus: {}\n' }
  }

  const desk: FakeBootDesk = {
    transfers,
    asked: [],
    clients: [],
    phonedHome: [],
    sha256: undefined,
    hasClassicNames: true,
    scriptAnswer: async (_query, { base }) => ({ action: 'install', script: `#!ipxe\necho ${base}\n` }),
    bootFile: (name) => {
      const isThere = name === 'snponly.efi' || name === 'n/edge-1/snponly.efi'
      return isThere ? { bytes: Uint8Array.of(0x4d, 0x5a, 0x90), mediaType: 'application/efi' } : undefined
    },
    bootScript: (client) => {
      desk.clients.push(client)
      return `#!ipxe\nchain ${client.base}/ipxe?mac=\${net0/mac}\n`
    },
    hostScript: (query, client) => {
      desk.asked.push({ query, client })
      return desk.scriptAnswer(query, client)
    },
    artifact: (bootId, name) => (bootId === A_BOOT_ID ? served(name) : undefined),
    artifactByDigest: (sha256, name) => (sha256 === desk.sha256 ? served(name) : undefined),
    classicArtifact: (name) => (desk.hasClassicNames ? served(name) : undefined),
    userData: async (token, client) => (token === A_TOKEN ? userData(client) : undefined),
    classicUserData: async (client) => (desk.hasClassicNames ? userData(client) : undefined),
    async phoneHome(token, stage, detail): Promise<PhoneHomeOutcome> {
      if (token !== A_TOKEN) return 'unknown-token'
      desk.phonedHome.push({ token, stage, detail })
      return 'accepted'
    },
    async whenEnded(count) {
      await when(() => transfers.filter(({ ends }) => ends.length > 0).length >= count)
      return transfers
    },
    whenSent: (bytes) => when(() => transfers.some(({ progress }) => (progress.at(-1) ?? 0) >= bytes)),
  }
  return desk
}
