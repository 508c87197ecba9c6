import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Failure } from '../../domain/failure.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import { createAesSecretBox, createLockedSecretBox, KEY_BYTES } from './aes-secret-box.ts'

/** Longest key file that is read, in bytes; a key takes 64 at most, and a newline. */
const MAX_FILE_BYTES = 256

export interface SecretKeyOptions {
  /** The key itself, from `EDGEBOOT_SECRET_KEY`; the file is not looked at then. */
  readonly key?: string
  /** Where the key is otherwise kept. */
  readonly file: string
  /** Whether to make the file when it is missing; if not, the box is one that cannot be used. */
  readonly make: boolean
}

/**
 * The secret box with the key that is in force. Failure `secret.key-invalid` for a key that is not 32 bytes in base64
 * or hex, and for a file that others than its owner can read.
 */
export function openSecretBox({ key, file, make }: SecretKeyOptions): SecretBox {
  if (key !== undefined) return createAesSecretBox(parseKey(key, 'EDGEBOOT_SECRET_KEY'))
  const bytes = readKeyFile(file) ?? (make ? makeKeyFile(file) : undefined)
  return bytes
    ? createAesSecretBox(bytes)
    : createLockedSecretBox(`there is no key ${file}, and none in EDGEBOOT_SECRET_KEY`)
}

function parseKey(text: string, where: string): Uint8Array {
  const trimmed = text.trim()
  const bytes = /^[0-9a-fA-F]{64}$/.test(trimmed)
    ? Buffer.from(trimmed, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)
      ? Buffer.from(trimmed, 'base64')
      : undefined
  if (bytes?.length === KEY_BYTES) return bytes
  throw new Failure(
    'secret.key-invalid',
    `${where} is not a key: expected ${KEY_BYTES} bytes in base64 (44 characters) or hex (64), such as openssl rand -base64 ${KEY_BYTES} prints`,
  )
}

function readKeyFile(path: string): Uint8Array | undefined {
  let file: number
  try {
    // Not blocking, so that a pipe put there does not hang us.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(path, error)
  }
  try {
    const { mode, size } = fstatSync(file)
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > MAX_FILE_BYTES)
      throw new Error('not a key file')
    if ((mode & 0o077) !== 0) {
      throw new Failure(
        'secret.key-invalid',
        `others can read the key ${path} (mode 0${(mode & 0o777).toString(8)}); chmod 600 it, and if it may have been read, the hosts' secrets with it`,
        { path },
      )
    }
    const bytes = Buffer.alloc(MAX_FILE_BYTES)
    return parseKey(bytes.toString('utf8', 0, readSync(file, bytes)), path)
  } catch (error) {
    throw error instanceof Failure ? error : unusable(path, error)
  } finally {
    closeSync(file)
  }
}

/** Written aside and linked into place: the file is there whole or not at all, and never replaces another key. */
function makeKeyFile(path: string): Uint8Array {
  const key = randomBytes(KEY_BYTES)
  const aside = `${path}.${process.pid}.new`
  try {
    rmSync(aside, { force: true })
    const file = openSync(aside, 'wx', 0o600)
    try {
      writeFileSync(file, `${key.toString('base64')}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    linkSync(aside, path)
    return key
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? readKeyFile(path) : undefined
    if (other) return other
    throw unusable(path, error)
  } finally {
    rmSync(aside, { force: true })
  }
}

function unusable(path: string, cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Failure('secret.key-invalid', `the key ${path} cannot be used: ${reason}`, { path }, cause)
}
