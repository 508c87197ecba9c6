import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { DashboardFile, DashboardFiles } from '../../ports/dashboard-files.ts'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const compress = promisify(gzip)

/** The dashboard as `npm run build:web` left it in the folder, or `undefined` when it has not been built. */
export async function readDashboard(directory: string): Promise<DashboardFiles | undefined> {
  const page = await readFile(join(directory, 'index.html'), 'utf8').catch(() => undefined)
  if (page === undefined) return undefined
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && MEDIA_TYPES[extname(entry.name)] !== undefined)
    .map(({ parentPath, name }) => join(parentPath, name))
  const files = await Promise.all(
    paths.map(async (path): Promise<readonly [string, DashboardFile]> => {
      const address = `/${relative(directory, path).split(sep).join('/')}`
      return [address, await readOne(path, address)]
    }),
  )
  return { page, files: new Map(files) }
}

async function readOne(path: string, address: string): Promise<DashboardFile> {
  const bytes = await readFile(path)
  let compressed: Promise<Uint8Array | undefined> | undefined
  return {
    bytes,
    gzip: () => {
      compressed ??= smaller(bytes)
      return compressed
    },
    mediaType: MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
    // The builder writes a digest of the content into the names below it.
    isImmutable: address.startsWith('/assets/'),
  }
}

async function smaller(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const compressed = await compress(bytes, { level: 9 })
  return compressed.length < bytes.length ? compressed : undefined
}
