import { expect, test } from 'vitest'
import { aHostView } from '../../hosts/a-host-view.ts'
import { rowsOf } from './group-hosts.ts'

const HOSTS = [
  aHostView({ name: 'a', labels: { site: 'site-10' }, phase: 'failed' }),
  aHostView({ name: 'b', labels: { site: 'site-2' }, phase: 'ready' }),
  aHostView({ name: 'c', phase: 'kernel' }),
  aHostView({ name: 'd', labels: { site: 'site-2' }, phase: 'kernel' }),
]
const told = (group: string | undefined, closed: readonly string[] = []) =>
  rowsOf(HOSTS, group, new Set(closed)).map((row) =>
    row.kind === 'host' ? row.host.name : `${row.value}:${row.names.length}`,
  )

test('without a group the hosts stand as they are', () => {
  expect(told(undefined)).toEqual(['a', 'b', 'c', 'd'])
})

test('groups come in the order people count in, those without the label last', () => {
  expect(told('label:site')).toEqual(['site-2:2', 'b', 'd', 'site-10:1', 'a', ':1', 'c'])
})

test('phases come in the order of a life', () => {
  expect(told('phase')).toEqual(['kernel:2', 'c', 'd', 'ready:1', 'b', 'failed:1', 'a'])
})

test('a closed group keeps its hosts to itself, and still counts them', () => {
  expect(told('label:site', ['site-2'])).toEqual(['site-2:2', 'site-10:1', 'a', ':1', 'c'])
  expect(rowsOf(HOSTS, 'label:site', new Set())[0]).toMatchObject({
    ready: 1,
    moving: 1,
    failed: 0,
    stuck: 0,
  })
})
