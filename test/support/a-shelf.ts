import type { Installer } from '../../src/domain/installer.ts'
import type { InstallerShelf, ShelvedInstaller } from '../../src/services/installer-shelf.ts'

const installer: Installer = {
  family: 'kairos',
  volumeLabel: 'COS_LIVE',
  architecture: 'x86_64',
  artifacts: [],
  builtInFiles: [],
  kernelArguments: [],
  warnings: [],
}

/** A shelf on which every ISO is found whose path does not say `missing`. */
export function aShelf(given: Partial<Installer> = {}): InstallerShelf {
  const shelf = new Map<string, ShelvedInstaller>()
  return {
    put: async ({ name, isoPath }) => {
      if (isoPath.includes('missing')) throw new Error(`${isoPath} is not there`)
      const served = {
        key: isoPath,
        artifact: () => {
          throw new Error('this ISO holds nothing')
        },
        learnDigests: async () => undefined,
      }
      const shelved = { name, isoPath, sizeBytes: 1, installer: { ...installer, ...given }, served }
      shelf.set(name, shelf.get(name)?.isoPath === isoPath ? (shelf.get(name) ?? shelved) : shelved)
      return shelf.get(name) ?? shelved
    },
    inspect: async ({ isoPath }) => {
      if (isoPath.includes('missing')) throw new Error(`${isoPath} is not there`)
      return { isoPath, sizeBytes: 1, installer: { ...installer, ...given } }
    },
    get: (name) => shelf.get(name),
    all: () => [...shelf.values()],
    [Symbol.asyncDispose]: async () => undefined,
  }
}
