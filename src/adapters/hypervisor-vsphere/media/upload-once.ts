import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type DatastorePath, formatDatastorePath } from '../../../codec/vim25/datastore-path.ts'
import { isRefusal } from '../../../codec/vim25/fault.ts'
import { deleteDatastoreFile, makeDirectory, moveDatastoreFile } from '../../../codec/vim25/file-calls.ts'
import { Failure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { VimClient } from '../client/vim-client.ts'
import type { DatacenterPlace } from '../inventory/datacenters.ts'
import type { UploadNotes } from './upload-notes.ts'

export interface Upload {
  readonly isoPath: string
  readonly datacenter: DatacenterPlace
  /** Where it shall be; its folder is made. */
  readonly place: DatastorePath
}

interface UploadParts {
  readonly client: VimClient
  readonly clock: Clock
  readonly log: Log
  readonly tell: (text: string) => void
  readonly uploads: UploadNotes
}

/** How often the upload of somebody else is looked at, and how long it is waited for. Milliseconds. */
const LOOK_MS = 2000
const WAIT_MS = 90_000

/**
 * Puts the file there unless one of its size is there already. A folder beside it, which only one can make, keeps others
 * from uploading the same at the same time; whoever finds it waits, and does it all the same when that takes too long.
 * The file appears under its name when it is whole.
 */
export async function uploadOnce(upload: Upload, parts: UploadParts, signal: AbortSignal): Promise<void> {
  const { client, clock, log, tell, uploads } = parts
  const { isoPath, datacenter, place } = upload
  const { size } = await stat(isoPath)
  const file = remote(place.path)
  const folder = place.path.slice(0, place.path.lastIndexOf('/'))
  const note = `${place.datastore.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}-${basename(place.path)}`
  const begun = uploads.read(note)
  // Its own for every data directory, so that two that overlap do not write into one another's.
  const part = remote(
    `${folder}/${begun ?? `${basename(place.path)}.part-${randomBytes(6).toString('hex')}`}`,
  )
  const lock = formatDatastorePath({ ...place, path: `${place.path}.lock` })

  const { fileManager } = await client.content(signal)
  if (await isThere()) {
    if (begun !== undefined) await tidyUp()
    return
  }
  await makeFolder(formatDatastorePath({ ...place, path: folder }), true)
  if (!(await enter())) return
  try {
    if (await isThere()) return
    await send()
    await finish()
  } finally {
    await tidyUp().catch((error: unknown) => log.debug({ err: error, lock }, 'a lock was left'))
  }

  /** Also what was left when the process before us was killed. */
  async function tidyUp(): Promise<void> {
    await remove(formatDatastorePath({ ...place, path: part.path }))
    await remove(lock)
    uploads.remove(note)
  }

  /** False when somebody else has brought it meanwhile. */
  async function enter(): Promise<boolean> {
    const until = clock.now() + (begun === undefined ? WAIT_MS : 0)
    for (;;) {
      // Before it is made, so that a lock of ours is known as such whenever this process is killed.
      uploads.write(note, basename(part.path))
      if (await makeFolder(lock, false)) return true
      // One that is only waited for is not ours to break after a restart.
      if (begun === undefined) uploads.remove(note)
      if (await isThere()) {
        uploads.remove(note)
        return false
      }
      if (clock.now() >= until) {
        log.info({ lock }, 'an upload that was left unfinished is begun again')
        uploads.write(note, basename(part.path))
        return true
      }
      await clock.sleep(LOOK_MS, signal)
    }
  }

  async function isThere(): Promise<boolean> {
    return (await client.transfers.size(file, signal)) === size
  }

  async function send(): Promise<void> {
    const name = formatDatastorePath(place)
    let told = 0
    tell(`uploading ${name}, ${Math.ceil(size / 1024 / 1024)} MiB`)
    const onProgress = (bytes: number, total: number): void => {
      if (bytes < total && clock.now() - told < 1000) return
      told = clock.now()
      tell(`uploading ${name}: ${Math.floor((bytes / Math.max(total, 1)) * 100)} %`)
    }
    await client.transfers.upload(part, isoPath, { onProgress }, signal)
    const arrived = await client.transfers.size(part, signal)
    if (arrived === size) return
    throw new Failure(
      'driver.refused',
      `${name}: ${size} bytes were sent, but ${arrived ?? 'none'} are there; is the datastore full?`,
    )
  }

  async function finish(): Promise<void> {
    // One of another size would be in the way.
    if ((await client.transfers.size(file, signal)) !== undefined) await remove(formatDatastorePath(place))
    const from = { datacenter: datacenter.ref, path: formatDatastorePath({ ...place, path: part.path }) }
    const to = { datacenter: datacenter.ref, path: formatDatastorePath(place) }
    const options = { doing: `moving ${from.path} to ${to.path}`, repeatable: true }
    try {
      await client.runTask(moveDatastoreFile(fileManager, from, to), options, signal)
    } catch (error) {
      // An earlier try may have got through although its answer was lost.
      if (!isRefusal(error, 'FileAlreadyExists', 'FileNotFound') || !(await isThere())) throw error
    }
  }

  /** False when it is there already. */
  async function makeFolder(path: string, withParents: boolean): Promise<boolean> {
    const call = makeDirectory(fileManager, { datacenter: datacenter.ref, path }, withParents)
    try {
      await client.call(call, { doing: `making ${path}`, repeatable: withParents }, signal)
      return true
    } catch (error) {
      if (isRefusal(error, 'FileAlreadyExists')) return false
      throw error
    }
  }

  async function remove(path: string): Promise<void> {
    const call = deleteDatastoreFile(fileManager, { datacenter: datacenter.ref, path })
    try {
      await client.runTask(call, { doing: `removing ${path}`, repeatable: true }, signal)
    } catch (error) {
      if (!isRefusal(error, 'FileNotFound')) throw error
    }
  }

  function remote(path: string) {
    return { datacenterPath: datacenter.path, datastore: place.datastore, path }
  }
}
