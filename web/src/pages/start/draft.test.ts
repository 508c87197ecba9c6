import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type Draft, EMPTY_DRAFT, parseDraft } from './draft.ts'

describe('what is kept for a reload', () => {
  test('is read as it was written', () => {
    const draft: Draft = {
      ...EMPTY_DRAFT,
      step: 'where',
      installer: 'palette',
      place: 'physical',
      name: 'berlin-1',
      machine: { ...EMPTY_DRAFT.machine, driver: 'vsphere', cpus: 2, options: { datastore: 'ssd' } },
      known: { by: 'serial', value: 'S-1' },
    }

    expect(parseDraft(JSON.stringify(draft))).toEqual(draft)
  })

  test('is as at the beginning where it makes no sense', () => {
    expect(parseDraft(null)).toEqual(EMPTY_DRAFT)
    expect(parseDraft('{"step":"nowhere","count":-1,"machine":7,"known":{"by":[]}}')).toEqual(EMPTY_DRAFT)
  })

  property.prop([fc.json()])('never throws', (text) => {
    expect(Object.keys(parseDraft(text))).toEqual(Object.keys(EMPTY_DRAFT))
  })
})
