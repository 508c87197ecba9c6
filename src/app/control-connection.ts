import { X509Certificate } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type ControlClient, createControlClient } from '../adapters/control-client/control-client.ts'
import { Failure } from '../domain/failure.ts'

/** A server that is asked. */
export type Control = ControlClient

/** Which server: one that is named, or the one that runs on the data directory. */
export interface ControlOptions {
  readonly dataDirectory: string
  /** URL of its control API. */
  readonly server?: string | undefined
  /** Access token for `server`. */
  readonly token?: string | undefined
  /** File that holds it, which only its owner may read; goes before `token`. */
  readonly tokenFile?: string | undefined
  /** PEM file with the certificate authority to trust. */
  readonly ca?: string | undefined
}

/** Name of the file in which `edgeboot serve` says where it is, in its data directory. */
const CONTROL_FILE = 'control.json'
const MAX_SMALL_BYTES = 64 * 1024
const MAX_CA_BYTES = 1024 * 1024

const ControlFile = z.object({
  url: z.string().min(1).max(2048),
  token: z.string().min(1).max(512),
  authorityPath: z.string().min(1).max(4096).optional(),
  pid: z.number().int().min(1).max(4_194_304),
})

/**
 * The server to ask. Failure `server.unreachable` when none is named and none runs on the data directory; otherwise as
 * `findControl`. Nothing is sent yet.
 */
export async function connectControl(options: ControlOptions): Promise<Control> {
  const control = await findControl(options)
  if (control) return control
  throw new Failure(
    'server.unreachable',
    `no edgeboot serve runs on ${options.dataDirectory}; start it with: edgeboot serve ` +
      '(or name one that runs elsewhere with --server URL)',
    { dataDirectory: options.dataDirectory },
  )
}

/**
 * The same; `undefined` when no server is named and none runs on the data directory. Failure `usage.invalid` for a
 * URL, token or certificate that cannot be used, `data-dir.unusable` for a `control.json` that is not to be trusted.
 */
export async function findControl(options: ControlOptions): Promise<Control | undefined> {
  const target = options.server === undefined ? await readControlFile(options) : await namedServer(options)
  if (!target) return undefined
  const ca = options.ca ?? target.authorityPath
  const authorityPem = ca === undefined ? undefined : await readAuthority(ca)
  return createControlClient({ url: target.url, token: target.token, authorityPem })
}

interface Target {
  readonly url: string
  readonly token: string
  readonly authorityPath?: string | undefined
}

async function namedServer({ server = '', token, tokenFile }: ControlOptions): Promise<Target> {
  if (tokenFile !== undefined) return { url: server, token: await readTokenFile(tokenFile) }
  if (token) return { url: server, token }
  throw new Failure(
    'usage.invalid',
    `--server ${server} needs an access token: set EDGEBOOT_TOKEN, or give a file with --token-file ` +
      '(edgeboot token create NAME --role operator makes one, where the server runs)',
  )
}

async function readTokenFile(path: string): Promise<string> {
  const found = await readSmallFile(path, MAX_SMALL_BYTES).catch((error) => {
    throw new Failure(
      'usage.invalid',
      `--token-file ${path} cannot be read: ${error.message}`,
      { path },
      error,
    )
  })
  if (!isPrivate(found.mode)) {
    throw new Failure(
      'usage.invalid',
      `--token-file ${path}: other users may read it (mode ${octal(found.mode)}); do chmod 600 ${path}`,
      { path },
    )
  }
  return found.text.trim()
}

async function readControlFile({ dataDirectory }: ControlOptions): Promise<Target | undefined> {
  const path = join(dataDirectory, CONTROL_FILE)
  const refuse = (why: string, cause?: unknown): Failure =>
    new Failure(
      'data-dir.unusable',
      `${path}: ${why}; stop edgeboot serve, remove this file and start it again`,
      { path },
      cause,
    )
  const found = await readSmallFile(path, MAX_SMALL_BYTES).catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw refuse(`cannot be read (${error.message})`, error)
  })
  if (!found) return undefined
  if (!isPrivate(found.mode)) {
    throw refuse(`other users may read the token in it (mode ${octal(found.mode)} instead of 0600)`)
  }
  const parsed = ControlFile.safeParse(parseJson(found.text))
  // The cause is left out: it could quote the token.
  if (!parsed.success) throw refuse('is not what edgeboot serve writes')
  const { url, token, authorityPath, pid } = parsed.data
  if (!isAlive(pid)) return undefined
  return {
    url,
    token,
    ...(authorityPath === undefined ? {} : { authorityPath: resolve(dataDirectory, authorityPath) }),
  }
}

async function readAuthority(path: string): Promise<string> {
  try {
    const { text } = await readSmallFile(path, MAX_CA_BYTES)
    // TLS contexts skip in silence what they cannot read.
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (blocks.length === 0) throw new Error('there is no certificate in it')
    for (const block of blocks) new X509Certificate(block)
    return blocks.join('\n')
  } catch (error) {
    throw new Failure(
      'usage.invalid',
      `${path}: expected the PEM certificate of an authority (--server-ca): ${(error as Error).message}`,
      { path },
      error,
    )
  }
}

async function readSmallFile(path: string, maxBytes: number): Promise<{ text: string; mode: number }> {
  // Non-blocking, so that a named pipe without a writer does not hold us up for ever.
  await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const stat = await handle.stat()
  if (!stat.isFile()) throw new Error('it is not a file')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
  if (bytesRead > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
  return { text: buffer.subarray(0, bytesRead).toString('utf8'), mode: stat.mode & 0o777 }
}

function isPrivate(mode: number): boolean {
  return (mode & 0o077) === 0
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/** A process of another user cannot be signalled, but is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
