import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { withoutSecretTags } from './read-cloud-config.ts'
import { decodeUserData } from './user-data.ts'

test.each([
  ['a: !secret x # !secret', 'a: x # !secret'],
  ['a: !secret "x"\nb: [!secret u, v]', 'a: "x"\nb: [u, v]'],
  ['a: !secret |\n  x\n', 'a: |\n  x\n'],
  ['a: !secret\n  b: !secret 1', "a: \n  b: '1'"],
  ['a: !secret &x 0123\nb: *x', "a: &x '0123'\nb: *x"],
  ['a: !secret 12\nb: 12', "a: '12'\nb: 12"],
  ['a: !secret true\nb: !secret yes\nc: !secret 1.5e3', "a: 'true'\nb: 'yes'\nc: '1.5e3'"],
  ['a: "!secret x"\nb: |\n  !secret y\n', 'a: "!secret x"\nb: |\n  !secret y\n'],
  ['a: !<!secret> x', 'a: x'],
  ['a: !secrets x', 'a: !secrets x'],
])('hosts get %j without tags', (text, served) => {
  expect(withoutSecretTags(text)).toBe(served)
})

test('a tagged value is text to the rules, whatever it looks like', () => {
  const text =
    '#cloud-config\nstylus: {registryCredentials: {domain: d, username: u, password: !secret 0123}}\ninstall: {poweroff: true, device: /dev/sda}\n'

  const { findings, document } = decodeUserData(text)

  expect(findings).toEqual([])
  expect(parse(document?.text ?? '').stylus.registryCredentials.password).toBe('0123')
  expect(document?.secretPaths).toEqual([['stylus', 'registryCredentials', 'password']])
})

test.prop([fc.string({ unit: 'grapheme' })])('a text without tags is served to the character', (text) => {
  expect(withoutSecretTags(`${text}\n# !secret`)).toBe(`${text}\n# !secret`)
})
