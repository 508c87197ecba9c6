import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { leavesOf, type Tree, type TreeMap, withLayer } from './fleet/tree.ts'
import { mergeLayers, settleAppends } from './merge-layers.ts'

type Value = string | readonly Value[] | { readonly [key: string]: Value }

const place = { file: 'f', line: 1, column: 1 }

function treeOf(value: { readonly [key: string]: Value }): TreeMap
function treeOf(value: Value): Tree
function treeOf(value: Value): Tree {
  if (typeof value === 'string') return { kind: 'scalar', text: value, plain: false, secret: false, place }
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => treeOf(item)), place }
  const entries = Object.entries(value).map(([key, item]) => [key, { place, value: treeOf(item) }] as const)
  return { kind: 'map', entries: new Map(entries), place }
}

function plain(tree: Tree): Value {
  if (tree.kind === 'scalar') return tree.text
  if (tree.kind === 'list') return tree.items.map(plain)
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plain(value)]))
}

const merged = (...layers: readonly { readonly [key: string]: Value }[]): Value => {
  const [first, ...others] = layers.map((layer) => treeOf(layer))
  return plain(mergeLayers(first ?? treeOf({}), ...others).tree)
}

const scalar = fc.stringMatching(/^[a-z]{0,3}$/)
const list = fc.array(scalar, { maxLength: 3 })
/** Layers that agree in shape: `m…` is always a map, `l…` a list, also in its appending form, `s…` a scalar. */
const layer: fc.Arbitrary<{ [key: string]: Value }> = fc.letrec<{ map: { [key: string]: Value } }>((tie) => ({
  map: fc.record(
    {
      ma: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant({}), tie('map')),
      mb: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant({}), tie('map')),
      la: list,
      'la+': list,
      'lb+': list,
      sa: scalar,
      sb: scalar,
    },
    { requiredKeys: [] },
  ),
})).map

describe('layers', () => {
  test('merge maps deeply, replace all else, and append to lists whose key says so', () => {
    const base = { a: { x: '1', y: '2' }, list: ['1'], more: ['1'], kept: 'k' }
    const over = { a: { y: '3', z: '4' }, list: ['2'], 'more+': ['2'], 'new+': ['n'] }

    expect(merged(base, over)).toEqual({
      a: { x: '1', y: '3', z: '4' },
      list: ['2'],
      more: ['1', '2'],
      kept: 'k',
      'new+': ['n'],
    })
  })

  test('append to what their own layer has under the same key', () => {
    expect(merged({ 'a+': ['2'], a: ['1'] })).toEqual({ a: ['1', '2'] })
  })

  test('a list that found nothing to be appended to stands alone in the end', () => {
    expect(plain(settleAppends(treeOf({ 'a+': ['1'], b: { 'c+': [] }, d: [{ 'e+': ['1'] }] })))).toEqual({
      a: ['1'],
      b: { c: [] },
      d: [{ e: ['1'] }],
    })
  })

  test('a later list replaces one that waited', () => {
    expect(merged({ 'a+': ['1'] }, { a: ['2'] })).toEqual({ a: ['2'] })
  })

  test.each([
    ['a map over a value', { a: 'x' }, { a: { b: 'y' } }, /^is a map here but a single value at f:1:1/],
    ['a list over a map', { a: { b: 'y' } }, { a: ['x'] }, /^is a list here but a map at f:1:1/],
    ['appending to a map', { a: { b: 'y' } }, { 'a+': ['x'] }, /^appends to a list, but there is a map/],
    ['appending what is no list', {}, { 'a+': 'x' }, /^a key that ends in \+ appends a list/],
  ])('%s is a mistake with both places', (_, base, over, message) => {
    const { problems } = mergeLayers(treeOf(base), treeOf(over))

    expect(problems).toEqual([
      { ...place, key: expect.stringMatching(/^a\+?$/), message: expect.stringMatching(message) },
    ])
  })

  test('an empty value is no contradiction', () => {
    const empty: TreeMap = {
      ...treeOf({}),
      entries: new Map([
        ['a', { place, value: { kind: 'scalar', text: '', plain: true, secret: false, place } }],
      ]),
    }

    expect(mergeLayers(empty, treeOf({ a: { b: 'c' } })).problems).toEqual([])
    expect(mergeLayers(empty, treeOf({ 'a+': ['b'] })).problems).toEqual([])
  })

  test('what was secret stays secret when another layer replaces it', () => {
    const secret: TreeMap = {
      ...treeOf({}),
      entries: new Map([
        ['a', { place, value: { kind: 'scalar', text: 's', plain: false, secret: true, place } }],
      ]),
    }

    const { tree } = mergeLayers(secret, treeOf({ a: 'other' }))

    expect(leavesOf(tree)).toMatchObject([{ path: 'a', node: { text: 'other', secret: true } }])
  })

  test('every leaf knows the layer it came from', () => {
    const { tree } = mergeLayers(
      withLayer(treeOf({ a: { x: '1', y: '2' }, l: ['1'] }), 'fleet'),
      withLayer(treeOf({ a: { y: '3' }, 'l+': ['2'] }), 'host h'),
    )

    expect(leavesOf(tree).map(({ path, node }) => [path, node.layer])).toEqual([
      ['a.x', 'fleet'],
      ['a.y', 'host h'],
      ['l[0]', 'fleet'],
      ['l[1]', 'host h'],
    ])
  })

  test.prop([layer])('with nothing above or below stay as they are', (one) => {
    expect(merged({}, one)).toEqual(merged(one))
    expect(merged(one, {})).toEqual(merged(one))
  })

  test.prop([layer, layer, layer])('that agree in shape merge the same in any grouping', (a, b, c) => {
    const left = mergeLayers(mergeLayers(treeOf(a), treeOf(b)).tree, treeOf(c))
    const right = mergeLayers(treeOf(a), mergeLayers(treeOf(b), treeOf(c)).tree)

    expect(left.problems).toEqual([])
    expect(plain(settleAppends(left.tree))).toEqual(plain(settleAppends(right.tree)))
  })

  test.prop([layer, layer])('without appends change nothing the second time', (a, b) => {
    const replacing = JSON.parse(JSON.stringify(b).replaceAll('+"', '_"')) as typeof b

    expect(merged(a, replacing, replacing)).toEqual(merged(a, replacing))
  })

  test.prop([layer, layer])('never change what they were made of', (a, b) => {
    const [one, other] = [treeOf(a), treeOf(b)]

    mergeLayers(one, other)

    expect([plain(one), plain(other)]).toEqual([a, b])
  })
})
