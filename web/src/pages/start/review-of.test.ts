import { expect, test } from 'vitest'
import { EMPTY_DRAFT } from './draft.ts'
import { reviewOf } from './review-of.ts'

test('what will be started is told part by part', () => {
  const machine = {
    ...EMPTY_DRAFT.machine,
    driver: 'vsphere',
    network: 'VM Network',
    options: { pool: 'edge', folder: '' },
  }
  const draft = { ...EMPTY_DRAFT, installer: 'palette', name: 'berlin', count: 12, machine }

  expect(reviewOf(draft)).toEqual([
    ['Hosts', '12: berlin-1 to berlin-12'],
    ['Installer', 'palette'],
    ['Made by', 'vsphere'],
    ['Size', '8 CPUs, 32 GiB of memory, 300 GiB of disk'],
    ['Boot', 'bios, media'],
    ['Network', 'VM Network'],
    ['pool', 'edge'],
  ])
  expect(reviewOf({ ...draft, place: 'physical', known: { by: 'serial', value: ' S-1' } })).toEqual([
    ['Hosts', 'berlin'],
    ['Installer', 'palette'],
    ['Serial number', 'S-1'],
  ])
})
