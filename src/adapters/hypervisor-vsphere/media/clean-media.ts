import {
  type DatastoreFileInfo,
  readFoundFiles,
  searchDatastore,
} from '../../../codec/vim25/datastore-browser.ts'
import { formatDatastorePath } from '../../../codec/vim25/datastore-path.ts'
import { isRefusal } from '../../../codec/vim25/fault.ts'
import { deleteDatastoreFile } from '../../../codec/vim25/file-calls.ts'
import { type ManagedObject, readReference, referenceKey } from '../../../codec/vim25/reference.ts'
import { currentTime, readTime } from '../../../codec/vim25/service-calls.ts'
import { Failure, isFailure } from '../../../domain/failure.ts'
import type { CleanedFile, MediaCleaner } from '../../../ports/media-cleaner.ts'
import type { VimClient } from '../client/vim-client.ts'
import { hasPrivilege } from '../doctor/has-privilege.ts'
import { chooseDatacenter, folderOf } from '../inventory/choose-site.ts'
import { entriesBelow, findPlace } from '../inventory/find-place.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Entry, InventoryTree } from '../inventory/inventory-tree.ts'
import { judgeMedia, listNames } from './judge-media.ts'
import { MEDIA_FOLDER } from './media-library.ts'
import { MEDIA_USE, type MediaUse, readMediaUse, SNAPSHOT_USE, snapshotsOf } from './used-media.ts'

export interface MediaCleanerParts {
  readonly client: VimClient
  readonly inventory: Inventory
  /** The data centre, and the one datastore or datastore cluster that is meant, not all. */
  readonly where: { readonly datacenter?: string | undefined; readonly datastore?: string | undefined }
}

/** A datastore with what it takes to look into it. */
interface Store {
  readonly ref: ManagedObject
  readonly name: string
  readonly browser: ManagedObject | undefined
  readonly accessible: boolean
  /** The same for the same datastore under whatever name. */
  readonly url: string
}

/** Looks into our folder on each datastore of a data centre, and at every machine of the inventory for its use. */
export function createMediaCleaner({ client, inventory, where }: MediaCleanerParts): MediaCleaner {
  return {
    clean: async function* ({ dryRun, note }, signal) {
      const noteOnce = once(note)
      const tree = await inventory.tree(signal)
      const datacenter = chooseDatacenter(tree, definedOf(where), [])
      const all = await readStores(client, tree, signal)
      const chosen = new Set(
        chooseStores(tree, datacenter, where.datastore).map(({ ref }) => referenceKey(ref)),
      )
      for (const store of all.filter(({ ref }) => chosen.has(referenceKey(ref)))) {
        if (!store.accessible || !store.browser) {
          yield failed(`[${store.name}]`, 0, 'the datastore is not accessible')
          continue
        }
        const names = all.filter(({ url }) => url === store.url).map(({ name }) => name)
        yield* cleanStore(
          client,
          { datacenter: datacenter.ref, store, names, dryRun, note: noteOnce },
          signal,
        )
      }
    },
  }
}

async function* cleanStore(
  client: VimClient,
  work: {
    readonly datacenter: ManagedObject
    readonly store: Store
    /** All names of the datastore, in whichever data centre. */
    readonly names: readonly string[]
    readonly dryRun: boolean
    readonly note: (text: string) => void
  },
  signal: AbortSignal,
): AsyncIterable<CleanedFile> {
  const { datacenter, store, names, dryRun, note } = work
  let files: readonly DatastoreFileInfo[]
  try {
    files = await listFolder(client, store, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!isFailure(error)) throw error
    yield failed(placeOf(store.name, ''), 0, error.message)
    return
  }
  if (files.length === 0) return
  const now = await serverTime(client, signal)
  // Asked for after the files: what is uploaded and used from now on is not among them.
  const use = await readUse(client, note, signal)
  for (const file of files) {
    const keys = [file.name, ...names.map((name) => placeOf(name, file.name))]
    const users = keys.flatMap((key) => use.get(key) ?? [])
    const { remove, reason } = judgeMedia(file, users, now)
    const place = placeOf(store.name, file.name)
    const told = { place, bytes: file.bytes, reason }
    if (!remove) yield { ...told, outcome: 'kept' }
    else if (dryRun) yield { ...told, outcome: 'unused' }
    else yield { ...told, ...(await removeFile(client, datacenter, place, signal)) }
  }
}

/** A folder that is not there has no files. */
async function listFolder(
  client: VimClient,
  { browser, name }: Store,
  signal: AbortSignal,
): Promise<readonly DatastoreFileInfo[]> {
  if (!browser) return []
  const folder = formatDatastorePath({ datastore: name, path: MEDIA_FOLDER })
  try {
    const options = { doing: `looking into ${folder}`, repeatable: true }
    return readFoundFiles(await client.runTask(searchDatastore(browser, folder), options, signal))
  } catch (error) {
    if (isRefusal(error, 'FileNotFound')) return []
    throw error
  }
}

async function removeFile(
  client: VimClient,
  datacenter: ManagedObject,
  path: string,
  signal: AbortSignal,
): Promise<Pick<CleanedFile, 'outcome'> & { readonly reason?: string }> {
  const { fileManager } = await client.content(signal)
  try {
    const options = { doing: `removing ${path}`, repeatable: true }
    await client.runTask(deleteDatastoreFile(fileManager, { datacenter, path }), options, signal)
    return { outcome: 'removed' }
  } catch (error) {
    signal.throwIfAborted()
    // Somebody was faster.
    if (isRefusal(error, 'FileNotFound')) return { outcome: 'removed' }
    if (!isFailure(error)) throw error
    return { outcome: 'failed', reason: error.message }
  }
}

async function serverTime(client: VimClient, signal: AbortSignal): Promise<number> {
  const options = { doing: 'asking the time', repeatable: true }
  const time = readTime(await client.call(currentTime, options, signal))
  if (time !== undefined) return time
  throw new Failure(
    'packet.malformed',
    `${client.address} does not tell the time, so the age of files is unknown`,
  )
}

async function readUse(
  client: VimClient,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<MediaUse> {
  const { rootFolder } = await client.content(signal)
  if (!(await hasPrivilege(client, rootFolder, 'System.Read', signal)))
    note('this user may not see the whole inventory: machines outside of what it sees count as using nothing')
  const machines = await client.retrieveBelow(rootFolder, [MEDIA_USE], signal)
  const silent = machines.filter(({ properties }) => !properties.has('config.hardware.device'))
  if (silent.length > 0) {
    const names = silent.map(({ object, properties }) => properties.get('name')?.text ?? object.id)
    note(`machines that do not tell what is in their drives count as using nothing: ${listNames(names)}`)
  }
  return readMediaUse(machines, await client.retrieve([SNAPSHOT_USE], snapshotsOf(machines), signal))
}

/** Whoever says the same for every datastore says it once. */
function once(note: (text: string) => void): (text: string) => void {
  const told = new Set<string>()
  return (text) => {
    if (!told.has(text)) note(text)
    told.add(text)
  }
}

async function readStores(
  client: VimClient,
  tree: InventoryTree,
  signal: AbortSignal,
): Promise<readonly Store[]> {
  const all = entriesBelow(tree, tree.root, ['Datastore'])
  const paths = ['browser', 'summary.accessible', 'summary.url']
  const refs = all.map(({ ref }) => ref)
  const found = await client.retrieve([{ type: 'Datastore', paths }], refs, signal)
  return found.map(({ object, properties }) => ({
    ref: object,
    name: tree.get(object)?.name ?? object.id,
    browser: readReference(properties.get('browser')),
    accessible: properties.get('summary.accessible')?.text === 'true',
    url: properties.get('summary.url')?.text || referenceKey(object),
  }))
}

function chooseStores(tree: InventoryTree, datacenter: Entry, wanted: string | undefined): readonly Entry[] {
  const top = folderOf(datacenter, 'datastoreFolder')
  const stores = entriesBelow(tree, top, ['Datastore'])
  if (wanted === undefined) return stores
  const choices = entriesBelow(tree, top, ['Datastore', 'StoragePod'])
  const found = findPlace(tree, 'datastore', choices, top, wanted)
  return stores.filter((entry) => tree.namesBelow(entry, found.ref) !== undefined)
}

function definedOf(where: MediaCleanerParts['where']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(where).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}

function placeOf(datastore: string, file: string): string {
  return formatDatastorePath({ datastore, path: file === '' ? MEDIA_FOLDER : `${MEDIA_FOLDER}/${file}` })
}

function failed(place: string, bytes: number, reason: string): CleanedFile {
  return { place, bytes, outcome: 'failed', reason }
}
