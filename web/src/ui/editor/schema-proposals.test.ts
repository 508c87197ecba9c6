import { describe, expect, test } from 'vitest'
import { createUserDataSchema } from '../../../../src/domain/user-data-schema.ts'
import type { SchemaNode } from '../../api/user-data.ts'
import { placeAt } from './place-at.ts'
import { proposalsFor } from './schema-proposals.ts'

const SCHEMA = createUserDataSchema() as SchemaNode

/** What is proposed at the end of the text. */
function labelsAt(text: string): readonly string[] {
  const lines = text.split('\n')
  const place = placeAt(lines.slice(0, -1), lines.at(-1) ?? '')
  return place ? proposalsFor(SCHEMA, place).map(({ label }) => label) : []
}

describe('what the schema proposes', () => {
  test('keys of the map, without those that are there', () => {
    expect(labelsAt('stylus:\n  site:\n    edgeHostToken: a\n    ')).toContain('paletteEndpoint')
    expect(labelsAt('stylus:\n  site:\n    edgeHostToken: a\n    ')).not.toContain('edgeHostToken')
    expect(labelsAt('')).toEqual(expect.arrayContaining(['stylus', 'install', 'stages']))
  })

  test('keys behind shared parts, lists and names of any kind', () => {
    expect(labelsAt('stages:\n  boot:\n    - na')).toEqual(expect.arrayContaining(['name', 'commands']))
    expect(
      labelsAt('stylus:\n  site:\n    network:\n      interfaces:\n        eno1:\n          '),
    ).toContain('ipAddress')
  })

  test('values where there are only some', () => {
    expect(labelsAt('install:\n  poweroff: ')).toEqual(['true', 'false'])
    expect(labelsAt('stylus:\n  managementMode: ')).toEqual(['central', 'local'])
    expect(labelsAt('nothing:\n  like:\n    this: ')).toEqual([])
  })

  test('with what each means', () => {
    const [first] = proposalsFor(SCHEMA, { path: ['stylus', 'site'], typed: '', taken: [] })

    expect(first).toMatchObject({ label: 'paletteEndpoint', text: 'paletteEndpoint: ', detail: 'text' })
    expect(first?.info).toContain('Host name of the Palette instance')
  })
})
