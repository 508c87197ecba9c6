import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parse } from 'yaml'
import type { Tree } from '../../domain/fleet/tree.ts'
import { emitYaml } from './emit-yaml.ts'
import { parseYamlTrees } from './yaml-tree.ts'

type Value = string | readonly Value[] | { readonly [key: string]: Value }

const place = { file: 'f', line: 1, column: 1 }

function treeOf(value: Value): Tree {
  if (typeof value === 'string') return { kind: 'scalar', text: value, plain: false, secret: false, place }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf), place }
  const entries = Object.entries(value).map(([key, item]) => [key, { place, value: treeOf(item) }] as const)
  return { kind: 'map', entries: new Map(entries), place }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      '\r',
      ':',
      '#',
      '-',
      '|',
      '"',
      "'",
      '\u2028',
      '\u0085',
      '\ufeff',
    ),
  }),
  fc.constantFrom(
    '',
    'true',
    'no',
    '0644',
    '1e3',
    '~',
    '- a',
    'a: b',
    '<<',
    '=',
    '2001-01-01',
    '0x1F',
    '---',
    '...',
  ),
)
const value: fc.Arbitrary<Value> = fc.letrec<{ any: Value }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('any'),
      { maxKeys: 4 },
    ),
  ),
})).any

test.prop([value])('text written as YAML is read as the same text', (original) => {
  const yaml = emitYaml(treeOf(original))

  expect(yaml).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff]/)
  expect(parse(yaml, { uniqueKeys: false })).toEqual(original)
  expect(parse(yaml, { version: '1.1', uniqueKeys: false, merge: false })).toEqual(original)
})

test('a document keeps what was plain as it was written, and quotes what was not', () => {
  const text = [
    'permissions: 0644',
    'big: 123456789012345678901234567890',
    'yes: yes',
    'text: "0644"',
    'truth: "true"',
    'nothing:',
    'empty: {list: [], map: {}}',
    'script: |',
    '  if true',
    '',
    '    then: x # no comment',
    'list:',
    '- - a',
    '  - b',
    '- name: n',
    '  commands: [c]',
  ].join('\n')
  const [tree] = parseYamlTrees({ file: 'f', text }).documents

  expect(tree && emitYaml(tree)).toBe(
    [
      'permissions: 0644',
      'big: 123456789012345678901234567890',
      '"yes": yes',
      'text: "0644"',
      'truth: "true"',
      'nothing: null',
      'empty:',
      '  list: []',
      '  map: {}',
      'script: |',
      '  if true',
      '',
      '    then: x # no comment',
      'list:',
      '  - - a',
      '    - b',
      '  - name: n',
      '    commands:',
      '      - c',
      '',
    ].join('\n'),
  )
})
