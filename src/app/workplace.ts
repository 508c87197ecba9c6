import { join } from 'node:path'
import { createDigester } from '../adapters/blobs-disk/digester.ts'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { createMediaBuilder } from '../adapters/media-xorriso/media-builder.ts'
import { createProber } from '../adapters/prober-net/prober.ts'
import { createCryptoRandom } from '../adapters/random-crypto/crypto-random.ts'
import { createScreenshotDirectory } from '../adapters/screenshots-disk/screenshot-directory.ts'
import { createUserDataReader } from '../adapters/user-data-threads/user-data-reader.ts'
import { encodeBase32 } from '../domain/opaque-id.ts'
import type { AccessStore } from '../ports/access-store.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { Clock } from '../ports/clock.ts'
import type { Digester } from '../ports/digester.ts'
import type { FleetStore } from '../ports/fleet-store.ts'
import type { HostStore } from '../ports/host-store.ts'
import type { InstallerStore } from '../ports/installer-store.ts'
import type { Log } from '../ports/log.ts'
import type { MachineDrivers } from '../ports/machine-driver.ts'
import type { MediaBuilder } from '../ports/media-builder.ts'
import type { Prober } from '../ports/prober.ts'
import type { Random } from '../ports/random.ts'
import type { ScreenshotStore } from '../ports/screenshot-store.ts'
import type { SecretBox } from '../ports/secret-box.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { SettingsStore } from '../ports/settings-store.ts'
import type { UserDataReader } from '../ports/user-data-reader.ts'
import { ipxeDirectories } from './environment.ts'
import { type DriverSettings, openDrivers } from './open-drivers.ts'
import { openStore } from './open-store.ts'

/** Everything that works on one data directory, which is ours alone until it is closed. */
export interface Workplace extends AsyncDisposable {
  readonly directory: string
  readonly store: HostStore &
    FleetStore &
    InstallerStore &
    SettingsStore &
    AccessStore &
    SessionStore &
    AuditTrail
  /** Seals what is secret at rest. */
  readonly secretBox: SecretBox
  readonly drivers: MachineDrivers
  readonly media: MediaBuilder
  readonly prober: Prober
  readonly digester: Digester
  readonly reader: UserDataReader
  readonly screenshots: ScreenshotStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Failure `data-dir.locked` or `store.locked` when another process works on it, and who that is. */
export async function openWorkplace(
  options: DriverSettings & {
    readonly dataDirectory: string
    readonly purpose: string
    readonly logLevel: string
    readonly ipxeDirectory?: string
  },
): Promise<Workplace> {
  await using parts = new AsyncDisposableStack()
  const clock = createSystemClock()
  const random = createCryptoRandom()
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  const { dataDirectory, purpose } = options
  const data = parts.use(await openStore({ dataDirectory, purpose, access: 'own', log }))
  const drivers = parts.use(
    await openDrivers({
      vsphere: options.vsphere,
      tell: options.tell ?? ((text) => log.info({}, text)),
      machinesDirectory: data.paths.machines,
      vsphereDirectory: join(data.directory, 'vsphere'),
      owner: await readOwner(data.store, random),
      clock,
      log,
    }),
  )
  const digester = parts.use(createDigester())
  const kept = parts.move()
  return {
    directory: data.directory,
    store: data.store,
    secretBox: data.secretBox,
    drivers,
    digester,
    reader: createUserDataReader(),
    media: createMediaBuilder({
      cacheDirectory: data.paths.media,
      ipxeDirectories: ipxeDirectories(options.ipxeDirectory),
      log,
    }),
    prober: createProber(),
    screenshots: createScreenshotDirectory(join(data.directory, 'screenshots'), clock),
    clock,
    random,
    log,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const OWNER_SETTING = 'owner'

/** Id of the data directory, made once: by it machines elsewhere are known as ours. */
async function readOwner(store: SettingsStore, random: Random): Promise<string> {
  const known = await store.setting(OWNER_SETTING)
  if (known !== undefined) return known
  const made = encodeBase32(random.bytes(16))
  await store.saveSetting(OWNER_SETTING, made)
  return made
}
