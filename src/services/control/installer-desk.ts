import type { ArtifactRole } from '../../domain/artifact.ts'
import type { DesiredFleet } from '../../domain/desired-fleet.ts'
import { Failure } from '../../domain/failure.ts'
import type {
  InstallerContents,
  InstallerDesk,
  InstallerView,
  IsoListing,
} from '../../ports/control/installer-desk.ts'
import type { IsoFile } from '../../ports/iso-folders.ts'
import type { InspectedIso } from '../installer-shelf.ts'
import { createIsoUploads } from '../iso-uploads.ts'
import { changeFleet } from './change-fleet.ts'
import type { ControlParts } from './control-parts.ts'

/** Registered ISOs are those of the fleet. */
export function createInstallerDesk({
  plans,
  keeper,
  shelf,
  isos,
  isoReceiver,
  signal,
}: Pick<ControlParts, 'plans' | 'keeper' | 'shelf' | 'isos' | 'isoReceiver' | 'signal'>): InstallerDesk {
  const uploads = createIsoUploads(isoReceiver)
  function view({ name, isoPath, sha256 }: DesiredFleet['installers'][number]): InstallerView {
    const shelved = shelf.get(name)
    return {
      name,
      isoPath,
      sizeBytes: shelved?.sizeBytes ?? 0,
      family: shelved?.installer.family ?? 'unknown',
      ...(sha256 ? { sha256 } : {}),
      warnings: shelved ? shelved.installer.warnings : ['the ISO cannot be read at the moment'],
    }
  }

  function withInstaller(file: IsoFile): IsoListing['items'][number] {
    const registered = plans.fleet().installers.find(({ isoPath }) => isoPath === file.path)
    return { ...file, ...(registered ? { installer: registered.name } : {}) }
  }

  return {
    installers: async () => plans.fleet().installers.map(view),
    installerContents: async (name) => {
      const shelved = shelf.get(name)
      if (shelved) return contentsOf(shelved, (role) => shelved.served.artifact(role).sha256())
      const known = plans.fleet().installers.find((installer) => installer.name === name)
      if (!known) throw unknownInstaller(name)
      // It could not be read when it was put in force; whoever asks is told why.
      return contentsOf(await shelf.inspect(known, signal))
    },
    inspectIso: async (isoPath) => contentsOf(await shelf.inspect({ isoPath }, signal)),
    isos: async () => {
      const { folders, items } = await isos.list()
      return { folders, items: items.map(withInstaller) }
    },
    uploadIso: async (upload) => withInstaller(await uploads.receive(upload)),
    addInstaller: async (given) => {
      await changeFleet({ plans, keeper, signal }, (fleet) => {
        const had = fleet.installers.find(({ name }) => name === given.name)
        if (had && had.isoPath !== given.isoPath) {
          throw new Failure(
            'installer.name-taken',
            `another ISO is registered as ${given.name}: ${had.isoPath}; choose another name, or remove that one first`,
          )
        }
        const others = fleet.installers.filter(({ name }) => name !== given.name)
        return { ...fleet, installers: [...others, given] }
      })
      return view(given)
    },
    removeInstaller: (name) => keeper.forgetInstaller(name),
  }
}

function unknownInstaller(name: string): Failure {
  return new Failure('installer.not-found', `there is no installer ${name.slice(0, 80)}`)
}

function contentsOf(
  { isoPath, sizeBytes, installer }: InspectedIso,
  digestOf: (role: ArtifactRole) => string | undefined = () => undefined,
): InstallerContents {
  const { artifacts, ...rest } = installer
  return {
    isoPath,
    sizeBytes,
    ...rest,
    artifacts: artifacts.map(({ role, path, sizeBytes: size }) => {
      const sha256 = digestOf(role)
      return { role, path, sizeBytes: size, ...(sha256 ? { sha256 } : {}) }
    }),
  }
}
