import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Failure } from '../../domain/failure.ts'
import { createAesSecretBox } from './aes-secret-box.ts'

const box = createAesSecretBox(new Uint8Array(32).fill(1))
const otherBox = createAesSecretBox(new Uint8Array(32).fill(2))

function failureOf(work: () => unknown): Failure {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('sealed text', () => {
  test.prop([fc.string({ unit: 'binary', maxLength: 300 })])('is opened to what it was', (text) => {
    expect(box.open(box.seal(text))).toBe(text)
  })

  test('is different every time and shows nothing of the content', () => {
    const secret = 'the secret'

    const sealed = [box.seal(secret), box.seal(secret)]

    expect(sealed[0]).not.toBe(sealed[1])
    expect(sealed[0]).toMatch(/^eb1\.[0-9a-f]{8}\.[\w-]+$/)
    expect(Buffer.from(sealed[0]?.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain(secret)
  })

  test('of another key is told apart from a damaged one', () => {
    const failure = failureOf(() => otherBox.open(box.seal('x')))

    expect(failure.code).toBe('secret.unreadable')
    expect(failure.details['sealedWith']).not.toBe(failure.details['keyInForce'])
    expect(failure.message).toContain('was sealed with the key')
  })

  test('that names our key but was sealed with another is refused', () => {
    const [form, , body] = otherBox.seal('x').split('.')
    const ours = box.seal('x').split('.')[1]

    expect(failureOf(() => box.open([form, ours, body].join('.'))).message).toContain('its seal is broken')
  })

  test.prop([fc.string({ maxLength: 60 }), fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'with any bit changed is refused, and nothing of it is told',
    (text, position, change) => {
      const [form, id, body] = box.seal(`hunter2 ${text}`).split('.')
      const bytes = Buffer.from(body ?? '', 'base64url')
      const index = position % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ change

      const failure = failureOf(() => box.open([form, id, bytes.toString('base64url')].join('.')))

      expect(failure.code).toBe('secret.unreadable')
      expect(failure.message).not.toContain('hunter2')
      expect(failure.cause).toBeUndefined()
    },
  )

  test.each([
    (body: string) => body.replace('-', '+').replace('_', '/'),
    (body: string) => `${body}=`,
    (body: string) => `${body}\n`,
    (body: string) => `${body.slice(0, 8)} ${body.slice(8)}`,
  ])('in other letters than its own is refused: %s', (spoil) => {
    // Of this length some of the letters that differ are in nearly every one.
    const sealed = box.seal('x'.repeat(2000))
    const body = sealed.slice(13)

    expect(spoil(body)).not.toBe(body)
    expect(failureOf(() => box.open(`${sealed.slice(0, 13)}${spoil(body)}`)).code).toBe('secret.unreadable')
    expect(box.open(sealed)).toHaveLength(2000)
  })

  test.prop([
    fc.oneof(
      fc.string(),
      fc.base64String().map((body) => `eb1.00000000.${body}`),
      fc.nat({ max: 30 }).map((length) => `${box.seal('').slice(0, 13)}${'A'.repeat(length)}`),
    ),
  ])('that never was one is refused in order', (text) => {
    expect(failureOf(() => box.open(text)).code).toBe('secret.unreadable')
  })
})
