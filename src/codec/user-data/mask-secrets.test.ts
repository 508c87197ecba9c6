import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parse, stringify } from 'yaml'
import type { UserDataPath } from '../../domain/user-data-key.ts'
import { isPublicWord } from '../../domain/user-data-keys.ts'
import { isSecretPath, MASK, maskValues } from '../../domain/user-data-secrets.ts'
import { EXAMPLE_DOCUMENTS } from './example-documents.ts'
import { maskSecrets, secretPathsOf } from './mask-secrets.ts'
import { decodeUserData, renderUserData } from './user-data.ts'

const SECRET = 'sesame-open-42'

describe('a document as people may see it', () => {
  test('is the document with its secrets masked', () => {
    const text = `#cloud-config
# about the host
stylus:
  site:
    edgeHostToken: ${SECRET} # from the vault
    name: store-1
stages:
  boot:
    - users: { kairos: { passwd: "${SECRET}", groups: [sudo] } }
`

    expect(maskSecrets(text)).toBe(`#cloud-config
# about the host
stylus:
  site:
    edgeHostToken: ••••
    name: store-1
stages:
  boot:
    - users: { kairos: { passwd: ••••, groups: [ sudo ] } }
`)
  })

  test.each([
    ['in a comment', `a: {password: ${SECRET}} # was ${SECRET}`],
    ['in the comment at the top', `# ${SECRET}\n\na: {password: ${SECRET}}`],
    ['in the comment at the end', `a: {password: ${SECRET}}\n# ${SECRET}`],
    ['commented out', `a: 1\n# password: ${SECRET}\n# apiToken=${SECRET}`],
    ['in a command that has it again', `a: {password: ${SECRET}}\nb: "login -p ${SECRET}!"`],
    ['in a key', `a: {password: ${SECRET}}\n${SECRET}: 1\n"x-${SECRET}": 1`],
    ['as an alias of a harmless key', `a: &x ${SECRET}\nb: {password: *x}\nc: [*x]`],
    ['in a merged map', `a: &x {passwd: ${SECRET}}\nb: {<<: *x}`],
    ['within a map', `a: {credentials: {user: {${SECRET}: [1, ${SECRET}]}}}`],
    ['as an alias into a secret', `a: {credentials: [&x ${SECRET}]}\nb: *x`],
    ['as the name of an anchor', `a: {password: &${SECRET} ${SECRET}}\nb: *${SECRET}`],
    ['as a tag', `a: {password: ${SECRET}}\nb: !${SECRET} x`],
    ['under a tag', `a: !secret ${SECRET}\nb: !secret {c: ${SECRET}}\nc: !secret [${SECRET}]`],
    ['under a tag on an anchor', `a: !secret &x ${SECRET}\nb: *x`],
    ['in lines', `a: {password: "${SECRET}\\nmore"}\nb: ${SECRET}\n# ${SECRET}`],
    ['in a URL', `a: http://user:${SECRET}@proxy.example.com:3128`],
    ['in a command', `a: [join --token ${SECRET}, "export TOKEN=${SECRET}", "x --db-password '${SECRET}'"]`],
    ['as a header', `a: "curl -H 'Authorization: Bearer ${SECRET}'"`],
    [
      'as a private key',
      `a: |\n  -----BEGIN EC PRIVATE KEY-----\n  ${SECRET}\n  -----END EC PRIVATE KEY-----\n`,
    ],
    ['as a crypt hash', `a: useradd -p $6$${SECRET.replaceAll('-', '')}$abcdefgh x`],
    ['in escapes', `a: {password: "\\x73esame-open-42"}\nb: ${SECRET}`],
    ['in broken YAML', `a: {password: ${SECRET}`],
    ['in a second document', `a: 1\n---\npassword: ${SECRET}`],
    ['in a repeated key', `a: 1\na: {password: ${SECRET}}`],
    ['as a number', 'a: {password: 4711471147}\nb: 4711471147\n# 4711471147'],
  ])('has no secret %s', (_, text) => {
    const shown = maskSecrets(`#cloud-config\n${text}\n`)

    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain('sesameopen')
    expect(shown).not.toContain('4711471147')
    expect(shown.startsWith('#cloud-config\n')).toBe(true)
  })

  test('has short secrets masked where they stand only', () => {
    expect(maskSecrets('#cloud-config\nhost: abc\npassword: abc\n')).toBe(
      '#cloud-config\nhost: abc\npassword: ••••\n',
    )
  })

  test('keeps what only sounds secret', () => {
    const text =
      '#cloud-config\nstylus:\n  disablePasswordUpdate: true\n  site:\n    users: [{name: a, lock_passwd: false}]\n'

    expect(parse(maskSecrets(text))).toEqual(parse(text))
  })

  test.each(Object.entries(EXAMPLE_DOCUMENTS))('of %s says all but the secrets', (_, text) => {
    const shown = maskSecrets(text)

    expect(parse(shown)).toEqual(maskValues(parse(text)))
    expect(shown).not.toMatch(/sesame|8b1f3c0d2e4a/)
  })

  test('hides what was tagged when the tags are gone', () => {
    const { document } = decodeUserData(`#cloud-config\nmine: [1, !secret ${SECRET}]\n`)

    expect(document && maskSecrets(renderUserData(document), document.secretPaths)).toBe(
      '#cloud-config\nmine: [ 1, •••• ]\n',
    )
  })
})

test('the secret paths of a document are those of its secret values', () => {
  const text = `#cloud-config\nstylus: {site: {edgeHostToken: a, name: b}}\nx: [!secret c, {token: d, password: }]\n`

  expect(secretPathsOf(text)).toEqual([
    ['stylus', 'site', 'edgeHostToken'],
    ['x', 0],
    ['x', 1, 'token'],
  ])
})

const SECRET_PATHS: readonly UserDataPath[] = [
  ['stylus', 'site', 'edgeHostToken'],
  ['stylus', 'registryCredentials', 'password'],
  ['stylus', 'registryCredentials', 'encodedPassword'],
  ['stylus', 'externalRegistries', 'registries', 0, 'password'],
  ['stylus', 'site', 'users', 0, 'passwd'],
  ['stages', 'boot', 0, 'users', 'kairos', 'passwd'],
  ['phonehome', 'registration_token'],
  ['k3s', 'env', 'K3S_TOKEN'],
  ['users', 0, 'passwd'],
  ['anything', 'api_key'],
]
// Whatever is not in every document anyway.
const secret = fc
  .oneof(fc.string({ minLength: 8, maxLength: 40 }), fc.string({ unit: 'grapheme', minLength: 8 }))
  .filter((text) => text.trim().length >= 8 && !isPublicWord(text) && !MASK.includes(text.trim()))
const others = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string())),
)

test.prop([secret, fc.constantFrom(...SECRET_PATHS), others, fc.boolean(), fc.boolean()])(
  'a secret at a secret path is nowhere in what is shown, wherever else it stands',
  (hidden, path, own, isRepeated, isBlock) => {
    const value = path.reduceRight<unknown>(
      (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
      hidden,
    )
    const repeated = isRepeated ? { own, again: [hidden, `x${hidden}y`], [`k${hidden}`]: 1 } : { own }
    const document = { ...(value as object), zz: repeated }
    const body = stringify(document, isBlock ? { defaultStringType: 'BLOCK_LITERAL' } : {})
    const comment = isRepeated ? `# ${hidden.replaceAll(/[\r\n\u2028\u2029\u0085]/g, ' ')}\n` : ''
    const text = `#cloud-config\n${comment}${body}`

    const shown = maskSecrets(text)

    expect(shown).not.toContain(hidden)
    expect(JSON.stringify(parse(shown) ?? null)).not.toContain(JSON.stringify(hidden).slice(1, -1))
    expect(JSON.stringify(maskValues(document))).not.toContain(`:${JSON.stringify(hidden)}`)
  },
)

test.prop([fc.string({ unit: 'grapheme' })])('text of any content is masked, never thrown at', (text) => {
  expect(typeof maskSecrets(text)).toBe('string')
  expect(Array.isArray(secretPathsOf(text))).toBe(true)
})

test.each([
  [['stylus', 'site', 'edgeHostToken'], true],
  [['stylus', 'site', 'edgeHostToken', 0, 'x'], true],
  [['stylus', 'disablePasswordUpdate'], false],
  [['stylus', 'registryCredentials', 'username'], false],
  [['k3s', 'env', 'K3S_TOKEN'], true],
  [['stylus', 'site', 'tags', 'password'], true],
  [[], false],
] as const)('the path %j is secret: %s', (path, expected) => {
  expect(isSecretPath(path)).toBe(expected)
})

test('values below a tagged path are masked too, from wherever one begins', () => {
  expect(maskValues({ a: [1, { b: 2 }], c: null, d: true }, [['a', 1]])).toEqual({
    a: [1, MASK],
    c: null,
    d: true,
  })
  expect(maskValues('x', [['a']], ['a', 'b'])).toBe(MASK)
})
