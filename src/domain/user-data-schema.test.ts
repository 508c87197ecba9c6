import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { EXAMPLE_DOCUMENTS } from '../codec/user-data/example-documents.ts'
import type { KeyEntry, KeyShape } from './user-data-key.ts'
import { USER_DATA } from './user-data-keys.ts'
import { createUserDataSchema } from './user-data-schema.ts'

const schema = createUserDataSchema()
// zod reads neither conditions nor dependencies; those are looked at below.
const readable = JSON.parse(
  JSON.stringify(schema, (key, value) => (['allOf', 'dependentRequired'].includes(key) ? undefined : value)),
)
const accepts = z.fromJSONSchema(readable)

const everyEntry = (shape: KeyShape, path: string): readonly (readonly [string, KeyEntry])[] => {
  if (shape.kind === 'list') return everyEntry(shape.of, `${path}[]`)
  if (shape.kind !== 'map') return []
  const named = shape.keys.flatMap((entry) => {
    const at = `${path}.${entry.key}`
    return [[at, entry] as const, ...everyEntry(entry.shape, at)]
  })
  return typeof shape.others === 'string' ? named : [...named, ...everyEntry(shape.others, `${path}.*`)]
}

describe('the JSON Schema of user-data', () => {
  test.each(Object.entries(EXAMPLE_DOCUMENTS))('accepts %s', (_, text) => {
    expect(accepts.safeParse(parse(text)).error).toBeUndefined()
  })

  test.each([
    ['stylus: {debug: "true"}', 'stylus.debug'],
    ['stylus: {managementMode: airgap}', 'stylus.managementMode'],
    ['stylus: {localUI: {port: 70000}}', 'stylus.localUI.port'],
    ['stylus: {site: {name: a.b}}', 'stylus.site.name'],
    ['stylus: {site: {ntpServers: {a: b}}}', 'stylus.site.ntpServers'],
    ['stylus: {site: {users: [{passwd: x}]}}', 'stylus.site.users.0.name'],
    ['stylus: {registryCredentials: {domain: d, password: null}}', 'stylus.registryCredentials.password'],
    ['stylus: {zebra: 1}', 'stylus'],
    ['install: {device: sda}', 'install.device'],
    ['install: {partitions: {oem: {size: big}}}', 'install.partitions.oem.size'],
    ['stages: {network: {name: x}}', 'stages.network'],
    ['stages: {own: [{commands: x}]}', 'stages.own.0.commands'],
    ['- a', ''],
  ])('refuses %s at its place', (text, path) => {
    const { error } = accepts.safeParse(parse(text))

    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path)
  })

  test('says which keys others need', () => {
    const text = JSON.stringify(schema)

    expect(text).toContain('"dependentRequired":{"password":["username"]}')
    expect(text).toContain(
      '{"if":{"properties":{"type":{"const":"static"}},"required":["type"]},"then":{"required":["mask"]}}',
    )
  })

  test('has a description in one sentence for every key, and refers to nothing that is not there', () => {
    const entries = everyEntry(USER_DATA, '')

    expect(entries.length).toBeGreaterThan(200)
    for (const [path, { description }] of entries) {
      expect(description, path).toMatch(/^[A-Z][^\n]+\.$/)
    }
    const definitions = Object.keys(schema['$defs'] as object)
    for (const [, name] of JSON.stringify(schema).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      expect(definitions).toContain(name)
    }
  })

  test('tells secrets, defaults and old keys', () => {
    const site = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) })
    const stylus = z.object({ properties: z.object({ stylus: site }) }).parse(schema).properties.stylus

    expect(stylus.properties['installationMode']).toMatchObject({ deprecated: true })
    expect(stylus.properties['managementMode']).toMatchObject({ default: 'central' })
    expect(JSON.stringify(stylus.properties['site'])).toContain('registers by itself. Secret:')
  })
})

test('keys that needs or values refer to are there', () => {
  const check = (shape: KeyShape): void => {
    if (shape.kind === 'list') check(shape.of)
    if (shape.kind === 'text' && shape.pattern)
      expect(() => new RegExp(shape.pattern?.source ?? '', 'u')).not.toThrow()
    if (shape.kind !== 'map') return
    const keys = shape.keys.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { required, shape: inner } of shape.keys) {
      if (typeof required === 'object') expect(keys).toContain(required.beside)
      check(inner)
    }
    if (typeof shape.others !== 'string') check(shape.others)
  }

  check(USER_DATA)
})
