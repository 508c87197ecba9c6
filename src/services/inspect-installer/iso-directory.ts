import type { DirectoryRecord } from '../../codec/iso9660/directory-record.ts'
import { ascii, decodeUcs2, type IsoExtent } from '../../codec/iso9660/volume-descriptor.ts'
import { Failure } from '../../domain/failure.ts'
import type { Extent } from '../../domain/installer.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'
import { type IsoImage, openIsoImage, type Volume } from './iso-image.ts'

export type Naming = 'rock-ridge' | 'joliet' | 'plain'

/** A file or directory of an ISO under its best name. */
export interface IsoEntry {
  readonly name: string
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link'
  readonly sizeBytes: number
  /** Of files: in order; several when larger than 4 GiB. */
  readonly extents: readonly Extent[]
  readonly target?: string
}

/** The files of an ISO. All methods refuse what is malformed with Failure `iso.malformed`. */
export interface IsoDirectory {
  readonly volumeLabel: string
  readonly naming: Naming
  /** Entries of a directory; empty when there is no such directory. */
  list(path: string): Promise<readonly IsoEntry[]>
  /** The file or directory at a path, links followed; plain names match in any case. */
  find(path: string): Promise<IsoEntry | undefined>
}

interface Node extends IsoEntry {
  readonly directory?: IsoExtent
}

const MAX_ENTRIES = 100_000
const MAX_DEPTH = 64
const MAX_LINKS = 8
const MAX_FILE_EXTENTS = 4096

/** Opens the best view an ISO has of its files: Rock Ridge, then Joliet, then plain names. */
export async function openIsoDirectory(blob: RandomAccess, signal: AbortSignal): Promise<IsoDirectory> {
  const image = await openIsoImage(blob, signal)
  const primary = image.volumes.find(({ kind }) => kind === 'primary') as Volume
  const joliet = image.volumes.find(({ kind }) => kind === 'joliet')
  const rockRidge = await findRockRidge(image, primary)
  const naming: Naming = rockRidge ? 'rock-ridge' : joliet ? 'joliet' : 'plain'
  const volume = naming === 'joliet' && joliet ? joliet : primary
  const skip = rockRidge?.skip ?? 0
  const known = new Map<string, Promise<readonly Node[]>>()
  let entries = 0

  /** Read once, however many look at the same time. */
  async function children(path: string, extent: IsoExtent): Promise<readonly Node[]> {
    const key = `${extent.block}`
    const reading = known.get(key) ?? readDirectory(path, extent)
    known.set(key, reading)
    return (await reading).map((node) => ({ ...node, path: join(path, node.name) }))
  }

  async function readDirectory(path: string, extent: IsoExtent): Promise<readonly Node[]> {
    const records = await image.directory(extent, volume.blockBytes, path)
    entries += records.length
    if (entries > MAX_ENTRIES)
      throw malformed(`more than ${MAX_ENTRIES} directory entries`, path, extent.block * volume.blockBytes)
    return await readNodes(records, path)
  }

  async function readNodes(records: readonly DirectoryRecord[], path: string): Promise<readonly Node[]> {
    const nodes: Node[] = []
    let pieces: DirectoryRecord[] = []
    for (const record of records) {
      if (isDot(record)) continue
      pieces.push(record)
      if (pieces.length > MAX_FILE_EXTENTS) throw malformed('a file of too many extents', path, record.offset)
      if (record.hasMore) continue
      const node = await readNode(pieces, path)
      if (node) nodes.push(node)
      pieces = []
    }
    if (pieces.length > 0)
      throw malformed('a file whose last extent is missing', path, pieces[0]?.offset ?? 0)
    return nodes
  }

  async function readNode(pieces: readonly DirectoryRecord[], parent: string): Promise<Node | undefined> {
    const record = pieces[0] as DirectoryRecord
    const use =
      naming === 'rock-ridge' ? await image.systemUse(record, skip, volume.blockBytes, parent) : undefined
    if (use?.relocated) return undefined
    const name = use?.name ?? plainName(record)
    requireName(name, parent, record.offset)
    const path = join(parent, name)
    const common = { name, path }
    if (use?.childBlock !== undefined) {
      return {
        ...common,
        kind: 'directory',
        sizeBytes: 0,
        extents: [],
        directory: await moved(use.childBlock, path),
      }
    }
    if (use?.link !== undefined)
      return { ...common, kind: 'link', sizeBytes: 0, extents: [], target: use.link }
    if (record.isDirectory) {
      return { ...common, kind: 'directory', sizeBytes: 0, extents: [], directory: record.extent }
    }
    const extents = pieces.map(({ extent }) => image.locate(extent, volume.blockBytes, path))
    const sizeBytes = extents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    if (sizeBytes > blob.identity.sizeBytes)
      throw malformed('a file larger than the whole image', path, record.offset)
    return {
      ...common,
      kind: 'file',
      sizeBytes,
      extents: extents.filter(({ lengthBytes }) => lengthBytes > 0),
    }
  }

  /** A directory moved elsewhere because it lay too deep: its own `.` record knows its length. */
  async function moved(block: number, path: string): Promise<IsoExtent> {
    const first = await image.directory({ block, lengthBytes: 2048 }, volume.blockBytes, path)
    const self = first[0]
    if (!self || self.extent.block !== block)
      throw malformed('a moved directory that is not where it should be', path, block * volume.blockBytes)
    return self.extent
  }

  /** Joliet names are UCS-2; plain ones end in `;1`, and in a dot where there is no extension (ECMA-119 §7.5). */
  function plainName({ identifier }: DirectoryRecord): string {
    const text = naming === 'joliet' ? decodeUcs2(identifier) : ascii(identifier, 0, identifier.length)
    return text.replace(/;\d{1,5}$/, '').replace(/\.$/, '')
  }

  function isSame(a: string, b: string): boolean {
    return naming === 'plain' ? a.toUpperCase() === b.toUpperCase() : a === b
  }

  async function resolve(path: string, links: number): Promise<Node | undefined> {
    const steps = path.split('/').filter((step) => step !== '' && step !== '.')
    if (steps.length > MAX_DEPTH) return undefined
    let node: Node = {
      name: '',
      path: '/',
      kind: 'directory',
      sizeBytes: 0,
      extents: [],
      directory: volume.root,
    }
    const trail: number[] = [volume.root.block]
    for (const [index, step] of steps.entries()) {
      if (!node.directory) return undefined
      const found = (await children(node.path, node.directory)).find(({ name }) => isSame(name, step))
      if (!found) return undefined
      if (found.kind === 'link') {
        if (links >= MAX_LINKS) throw malformed('symbolic links that go in circles', found.path, 0)
        return resolve(
          [linkTarget(node.path, found.target ?? ''), ...steps.slice(index + 1)].join('/'),
          links + 1,
        )
      }
      if (found.directory && trail.includes(found.directory.block)) {
        throw malformed(
          'a directory that contains itself',
          found.path,
          found.directory.block * volume.blockBytes,
        )
      }
      if (found.directory) trail.push(found.directory.block)
      node = found
    }
    return node
  }

  return {
    volumeLabel: primary.volumeLabel,
    naming,
    find: async (path) => resolve(path, 0),
    list: async (path) => {
      const node = await resolve(path, 0)
      return node?.directory ? children(node.path, node.directory) : []
    },
  }
}

/** Rock Ridge announces itself in the `.` record of the root (SP); `skip` bytes precede every area. */
async function findRockRidge(
  image: IsoImage,
  { root, blockBytes }: Volume,
): Promise<{ readonly skip: number } | undefined> {
  const [self] = await image.directory(root, blockBytes, '/')
  if (!self) return undefined
  const use = await image.systemUse(self, 0, blockBytes, '/')
  return use.isRockRidge ? { skip: use.skip ?? 0 } : undefined
}

function isDot({ identifier }: DirectoryRecord): boolean {
  return identifier.length === 1 && (identifier[0] === 0 || identifier[0] === 1)
}

/** Where a link leads, as a path from the root that cannot leave it. */
function linkTarget(directory: string, target: string): string {
  const steps = target.startsWith('/') ? [] : directory.split('/').filter((step) => step !== '')
  for (const step of target.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return `/${steps.join('/')}`
}

function join(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`
}

/** A name that could lead elsewhere when somebody uses it as a path, or confuse a terminal, is refused. */
function requireName(name: string, parent: string, offset: number): void {
  const isBad =
    name === '' || name === '.' || name === '..' || /[/\x00-\x1f\x7f]/.test(name) || name.length > 1024
  if (isBad)
    throw malformed(`a file with the impossible name ${JSON.stringify(name.slice(0, 80))}`, parent, offset)
}

function malformed(what: string, path: string, offset: number): Failure {
  return new Failure(
    'iso.malformed',
    `the ISO has ${what}, in ${path} at byte ${offset}; it is damaged or hostile`,
    { path, offset },
  )
}
