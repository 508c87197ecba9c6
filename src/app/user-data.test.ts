import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readServedUserData, userDataSchema, validateUserData } from './user-data.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-user-data-'))
const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const GOOD = 'install: {poweroff: true, device: /dev/sda}\n'

describe('a user-data file on disk', () => {
  test('is served without its secret tags', async () => {
    const path = file('tagged.yaml', `# mine\n#cloud-config\na: !secret 0123\n${GOOD}`)

    expect(await readServedUserData(path)).toBe(`#cloud-config\n# mine\na: '0123'\n${GOOD}`)
  })

  test('with an error is refused with its place', async () => {
    const path = file('bad.yaml', '#cloud-config\nstylus: {debug: 1}\n')

    await expect(readServedUserData(path)).rejects.toMatchObject({
      code: 'user-data.invalid',
      message: expect.stringContaining(`${path}:2:17`),
    })
  })

  test('is validated for the way it is served', async () => {
    const path = file('token.yaml', `#cloud-config\nx: {token: abc}\n${GOOD}`)

    const rulesOf = async (servedOver: 'http' | 'https') =>
      (await validateUserData(path, { servedOver })).findings.map(({ rule }) => rule)

    expect(await rulesOf('http')).toContain('secret-over-http')
    expect(await rulesOf('https')).not.toContain('secret-over-http')
  })
})

describe('the schema for editors', () => {
  test('is printed, or written where asked', async () => {
    const out = join(directory, 'schema.json')

    const text = await userDataSchema(out)

    expect(readFileSync(out, 'utf8')).toBe(text)
    expect(JSON.parse(text).$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  })

  test('that cannot be written is the fault of the place', async () => {
    await expect(userDataSchema(join(directory, 'none', 'x'))).rejects.toMatchObject({
      code: 'usage.invalid',
    })
  })
})
