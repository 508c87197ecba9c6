import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import type { Clock } from '../../ports/clock.ts'
import { type IssuedPair, issueAuthority, issueLeaf } from './issue.ts'

/** What a server needs for TLS, and what people need to trust it. */
export interface ServerCertificate {
  /** The server's certificate, followed by those between it and its authority. */
  readonly certificatePem: string
  readonly keyPem: string
  /** The certificate of our own authority, to be trusted by clients; absent for a given certificate. */
  readonly authorityPem?: string
  /** File that holds `authorityPem`. */
  readonly authorityPath?: string
  /** SHA-256 of the server's certificate: hex pairs joined by colons. */
  readonly fingerprint: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** True when it was made just now, so that people may look at its fingerprint. */
  readonly isNew: boolean
}

export interface GeneratedCertificateOptions {
  /** Where authority and certificate are kept; made with 0700 if it is not there. */
  readonly directory: string
  /** DNS names and IP addresses it shall be good for; loopback is always among them. */
  readonly names: readonly string[]
  readonly clock: Clock
  /** Which of the certificates of that authority: `server` (the control API's) or `boot`. */
  readonly leaf?: 'server' | 'boot'
}

/** A leaf is made anew when less than this is left of it. */
const RENEW_BEFORE_MS = 30 * 86_400_000
const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const MAX_PEM_BYTES = 256 * 1024
const MAX_NAMES = 100

/**
 * The certificate of this server from an authority of its own, both kept in the directory with keys of mode 0600. The
 * authority stays the same as long as it can; the certificate is made anew when it is near its end, does not have all
 * the names, or cannot be read. Failure `data-dir.unusable`, `usage.invalid` for a name that is none.
 */
export async function openServerCertificate(
  options: GeneratedCertificateOptions,
): Promise<ServerCertificate> {
  const { directory, clock, leaf: file = 'server' } = options
  const names = [...new Set([...LOOPBACK, ...options.names.map(requireName)])].slice(0, MAX_NAMES)
  const path = (name: string) => join(directory, name)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    let authority = await readPair(path('ca.crt'), path('ca.key'))
    if (!authority || remainsMs(authority, clock) < RENEW_BEFORE_MS) {
      authority = await issueAuthority(clock.now())
      await writePair(path('ca.crt'), path('ca.key'), authority)
    }
    const kept = await readPair(path(`${file}.crt`), path(`${file}.key`))
    const isGood = kept && remainsMs(kept, clock) > RENEW_BEFORE_MS && isOf(kept, authority, names)
    const leaf = isGood ? kept : await issueLeaf(authority, names, clock.now())
    if (!isGood) await writePair(path(`${file}.crt`), path(`${file}.key`), leaf)
    return {
      ...describe(leaf),
      authorityPem: authority.certificatePem,
      authorityPath: path('ca.crt'),
      isNew: !isGood,
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      'data-dir.unusable',
      `the certificates in ${directory} cannot be made or kept (${(error as Error).message}); correct its rights, or give a certificate of your own`,
      { directory },
      error,
    )
  }
}

/**
 * A certificate and key that somebody gives as PEM files. Failure `certificate.invalid` when they cannot be read, do
 * not belong together, or are not valid now.
 */
export async function readServerCertificate(
  { certificatePath, keyPath }: { readonly certificatePath: string; readonly keyPath: string },
  clock: Clock,
): Promise<ServerCertificate> {
  // One after the other: with both missing, the same one is told of each time.
  const certificatePem = await readPem(certificatePath)
  const keyPem = await readPem(keyPath)
  const certificate = parse(certificatePath, () => new X509Certificate(certificatePem))
  const key = parse(keyPath, () => createPrivateKey(keyPem))
  if (!certificate.checkPrivateKey(key)) {
    throw invalid(`the key ${keyPath} does not belong to the certificate ${certificatePath}`)
  }
  if (clock.now() >= certificate.validToDate.getTime()) {
    throw invalid(`the certificate ${certificatePath} has expired (${certificate.validTo}); renew it`)
  }
  if (clock.now() < certificate.validFromDate.getTime()) {
    throw invalid(
      `the certificate ${certificatePath} is not valid before ${certificate.validFrom}; is the clock right?`,
    )
  }
  return { ...describe({ certificatePem, keyPem }), isNew: false }
}

function describe(pair: IssuedPair) {
  const certificate = new X509Certificate(pair.certificatePem)
  return { ...pair, fingerprint: certificate.fingerprint256, expiresAt: certificate.validToDate.getTime() }
}

function requireName(name: string): string {
  const plain = name.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  const isDns = /^(\*\.)?[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])?$/.test(plain)
  if (isIP(plain) || isDns) return plain
  throw new Failure(
    'usage.invalid',
    `${JSON.stringify(name.slice(0, 100))} is no DNS name or IP address to certify`,
  )
}

function remainsMs({ certificatePem }: IssuedPair, clock: Clock): number {
  return new X509Certificate(certificatePem).validToDate.getTime() - clock.now()
}

function isOf(leaf: IssuedPair, authority: IssuedPair, names: readonly string[]): boolean {
  const certificate = new X509Certificate(leaf.certificatePem)
  return (
    certificate.verify(new X509Certificate(authority.certificatePem).publicKey) &&
    names.every(
      (name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined,
    )
  )
}

/** A pair that belongs together, or `undefined`: whatever is wrong with it, it will be made anew. */
async function readPair(certificatePath: string, keyPath: string): Promise<IssuedPair | undefined> {
  try {
    const [certificatePem, keyPem] = await Promise.all([readPem(certificatePath), readPem(keyPath)])
    const belongs = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))
    return belongs ? { certificatePem, keyPem } : undefined
  } catch {
    return undefined
  }
}

/** Key first: a crash between the two leaves a pair that does not belong together, and so is made anew. */
async function writePair(certificatePath: string, keyPath: string, pair: IssuedPair): Promise<void> {
  await replaceFile(keyPath, pair.keyPem, 0o600)
  await replaceFile(certificatePath, pair.certificatePem, 0o644)
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`
  await unlink(fresh).catch(() => undefined)
  await writeFile(fresh, text, { mode, flag: 'wx' })
  await rename(fresh, path)
}

async function readPem(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MAX_PEM_BYTES) throw new Error(`it is larger than ${MAX_PEM_BYTES} bytes`)
    return await readFile(path, 'utf8')
  } catch (error) {
    throw invalid(`${path} cannot be read: ${(error as Error).message}`, error)
  }
}

function parse<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw invalid(`${path} is no PEM file of the right kind, or needs a password`, error)
  }
}

function invalid(message: string, cause?: unknown): Failure {
  return new Failure('certificate.invalid', message, {}, cause)
}
