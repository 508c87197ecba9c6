import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openSecretBox } from './secret-key.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-key-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let count = 0
const newFile = () => join(directory, `${++count}.key`)
const KEY = Buffer.alloc(32, 0xfb)

describe('the key that secrets are sealed with', () => {
  test.each([
    ['base64', KEY.toString('base64')],
    ['base64url without padding', KEY.toString('base64url')],
    ['hex', KEY.toString('hex')],
    ['hex in capitals with a newline', `${KEY.toString('hex').toUpperCase()}\n`],
  ])('may be given in %s', (_, key) => {
    const sealed = openSecretBox({ key: KEY.toString('hex'), file: newFile(), make: false }).seal('x')

    expect(openSecretBox({ key, file: newFile(), make: false }).open(sealed)).toBe('x')
  })

  test.each([
    '',
    'secret',
    KEY.toString('hex').slice(2),
    `${KEY.toString('hex')}00`,
    'z'.repeat(64),
    '='.repeat(44),
  ])('%j is none, and is not repeated', (key) => {
    expect(() => openSecretBox({ key, file: newFile(), make: true })).toThrow(
      expect.objectContaining({
        code: 'secret.key-invalid',
        message:
          'EDGEBOOT_SECRET_KEY is not a key: expected 32 bytes in base64 (44 characters) or hex (64), such as openssl rand -base64 32 prints',
      }),
    )
  })

  test('is made when it is missing, for its owner alone, and is the same from then on', () => {
    const file = newFile()

    const sealed = openSecretBox({ file, make: true }).seal('x')

    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(openSecretBox({ file, make: true }).open(sealed)).toBe('x')
    expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  test('in the environment goes before the file', () => {
    const file = newFile()

    openSecretBox({ key: KEY.toString('hex'), file, make: true })

    expect(() => statSync(file)).toThrow(/ENOENT/)
  })

  test.each([0o640, 0o604, 0o660])('in a file of mode %o is refused', (mode) => {
    const file = newFile()
    openSecretBox({ file, make: true })
    chmodSync(file, mode)

    expect(() => openSecretBox({ file, make: true })).toThrow(/others can read the key .*chmod 600/)
  })

  test.each(['', 'short', 'x'.repeat(10_000)])(
    'in a file with something else is refused, and the file kept',
    (text) => {
      const file = newFile()
      writeFileSync(file, text, { mode: 0o600 })

      expect(() => openSecretBox({ file, make: true })).toThrow(
        expect.objectContaining({ code: 'secret.key-invalid' }),
      )
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )

  test('cannot be a directory', () => {
    const file = newFile()
    mkdirSync(file, { mode: 0o700 })

    expect(() => openSecretBox({ file, make: true })).toThrow(/not a key file/)
  })

  test('is not made for somebody who only looks; what is secret stays closed then', () => {
    const file = newFile()
    const box = openSecretBox({ file, make: false })

    expect(() => statSync(file)).toThrow(/ENOENT/)
    expect(() => box.open('eb1.00000000.x')).toThrow(expect.objectContaining({ code: 'secret.key-invalid' }))
    expect(() => box.seal('x')).toThrow(/there is no key/)
  })
})
