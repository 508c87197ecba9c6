import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { formatDatastorePath, parseDatastorePath } from '../../../codec/vim25/datastore-path.ts'
import type { MachineView } from '../../../codec/vim25/machine-view.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { VimClient } from '../client/vim-client.ts'
import { unlessAborted } from '../client/vim-session.ts'
import { createDatacenterFinder, type DatacenterPlace } from '../inventory/datacenters.ts'
import type { UploadNotes } from './upload-notes.ts'
import { uploadOnce } from './upload-once.ts'

/** Folder of our ISOs on every datastore. */
export const MEDIA_FOLDER = 'edgeboot'
/** Hex digits of the digest in a file's name. */
const DIGEST_DIGITS = 16

/** ISOs that were brought onto datastores, each once. */
export interface MediaLibrary {
  /** The ISO's place on the datastore of the machine, `[datastore] edgeboot/NAME-DIGEST.iso`; uploaded if need be. */
  bring(isoPath: string, machine: ManagedObject, view: MachineView, signal: AbortSignal): Promise<string>
  datacenterOf(object: ManagedObject, signal: AbortSignal): Promise<DatacenterPlace>
}

export function createMediaLibrary(parts: {
  readonly client: VimClient
  readonly clock: Clock
  readonly log: Log
  /** Says to people what takes long. */
  readonly tell: (text: string) => void
  readonly uploads: UploadNotes
}): MediaLibrary {
  const datacenterOf = createDatacenterFinder(parts.client)
  const digests = new Map<string, Promise<string>>()
  const running = new Map<string, Promise<void>>()
  // Whoever waits for an upload may give up; the others still want it.
  const forAll = new AbortController().signal

  function digestOf(isoPath: string): Promise<string> {
    const known = digests.get(isoPath) ?? digestFile(isoPath)
    digests.set(isoPath, known)
    known.catch(() => digests.delete(isoPath))
    return known
  }

  return {
    datacenterOf,
    bring: async (isoPath, machine, { vmxPath }, signal) => {
      const datastore = parseDatastorePath(vmxPath)?.datastore
      if (!datastore)
        throw new Failure('driver.refused', `${machine.id} says on no datastore where its files are`)
      const name = `${basename(isoPath, '.iso')}-${await digestOf(isoPath)}.iso`
      const place = { datastore, path: `${MEDIA_FOLDER}/${name}` }
      const datacenter = await datacenterOf(machine, signal)
      const key = `${datacenter.path} ${formatDatastorePath(place)}`
      const upload = running.get(key) ?? uploadOnce({ isoPath, datacenter, place }, parts, forAll)
      running.set(key, upload)
      // Looked for again by the next machine: somebody may have removed it meanwhile.
      const forget = (): boolean => running.delete(key)
      upload.then(forget, forget)
      await unlessAborted(upload, signal)
      return formatDatastorePath(place)
    },
  }
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex').slice(0, DIGEST_DIGITS)
}
