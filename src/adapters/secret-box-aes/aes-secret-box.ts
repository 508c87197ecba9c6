import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { Failure } from '../../domain/failure.ts'
import type { SecretBox } from '../../ports/secret-box.ts'

export const KEY_BYTES = 32
/** NIST SP 800-38D §8.2: 96 bits, random; good for 2^32 messages under one key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const FORM = 'eb1'
const SEALED = /^eb1\.([0-9a-f]{8})\.[\w-]+$/
/** Of other letters Buffer takes no notice. */
const BODY = /^[\w-]+$/
/** Longest sealed text that is looked at, in characters. */
const MAX_SEALED = 2 * 1024 * 1024

/**
 * AES-256-GCM. Sealed text is `eb1.KEYID.BODY`: KEYID eight hex digits that follow from the key but do not lead back
 * to it, BODY base64url of nonce, ciphertext and tag. The part before BODY is authenticated too.
 */
export function createAesSecretBox(key: Uint8Array): SecretBox {
  const keyId = createHmac('sha256', key).update('edgeboot secret box key id').digest('hex').slice(0, 8)
  const head = `${FORM}.${keyId}.`
  const authenticated = Buffer.from(head)
  const secretKey = createSecretKey(key)
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', secretKey, nonce).setAAD(authenticated)
      const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${head}${body.toString('base64url')}`
    },
    open(sealed) {
      // Thousands are opened when a large fleet is read: what is usual is looked at first, and once.
      if (sealed.startsWith(head) && sealed.length <= MAX_SEALED) {
        const body = sealed.slice(head.length)
        if (BODY.test(body)) return unseal(secretKey, authenticated, Buffer.from(body, 'base64url'))
      }
      const sealedWith = sealed.length <= MAX_SEALED ? SEALED.exec(sealed)?.[1] : undefined
      if (sealedWith === undefined || sealedWith === keyId) throw damaged('it is not in the form of one')
      throw new Failure(
        'secret.unreadable',
        `a stored secret was sealed with the key ${sealedWith}, but the key in force is ${keyId}; give the one it was sealed with (EDGEBOOT_SECRET_KEY, or secret.key in the data directory)`,
        { sealedWith, keyInForce: keyId },
      )
    },
  }
}

/** Stands in where there is no key: for those who look at what is not secret. Failure `secret.key-invalid`. */
export function createLockedSecretBox(why: string): SecretBox {
  const refuse = (): never => {
    throw new Failure('secret.key-invalid', why)
  }
  return { seal: refuse, open: refuse }
}

function unseal(key: KeyObject, head: Uint8Array, bytes: Uint8Array): string {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged('it is too short')
  const tagAt = bytes.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(head).setAuthTag(bytes.subarray(tagAt))
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, tagAt))
    // A cipher for streams: nothing of the text is left, but the seal is looked at now.
    decipher.final()
    return text.toString('utf8')
  } catch {
    throw damaged('its seal is broken')
  }
}

function damaged(how: string): Failure {
  return new Failure(
    'secret.unreadable',
    `a stored secret is damaged: ${how}; restore the database from a backup, or delete the host it belongs to`,
  )
}
