import { describe, expect, test } from 'vitest'
import { createUserDataReader } from './user-data-reader.ts'

const never = new AbortController().signal

function aDocument(host: number): string {
  // Every third is wrong, in a line of its own.
  const device = host % 3 === 0 ? '{ device: [] }' : '{ device: /dev/sda, poweroff: true }'
  return `#cloud-config\n${'\n'.repeat(host % 7)}install: ${device}\nstylus: { site: { name: edge-${host} } }\n`
}

describe('reading user-data', () => {
  test('threads find what is found without them, in the order of the documents', async () => {
    const texts = Array.from({ length: 1001 }, (_, host) => aDocument(host))

    const here = await createUserDataReader({ few: Number.POSITIVE_INFINITY }).read(texts, never)
    const inThreads = await createUserDataReader({ few: 0 }).read(texts, never)

    const unhurried = await createUserDataReader({ few: 0 }).read(texts, never, { isUrgent: false })

    expect(inThreads).toEqual(here)
    expect(unhurried).toEqual(here)
    expect(here[500]?.summary?.siteName).toBe('edge-500')
    expect(here[501]).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'type', line: 2 + (501 % 7) })]),
    })
    expect(here[501]).not.toHaveProperty('summary')
  })

  test.each([0, Number.POSITIVE_INFINITY])('nothing to read is read (few: %s)', async (few) => {
    expect(await createUserDataReader({ few }).read([], never)).toEqual([])
  })

  test.each([0, Number.POSITIVE_INFINITY])('it stops when told to (few: %s)', async (few) => {
    const stop = new AbortController()
    const texts = Array.from({ length: 5000 }, (_, host) => aDocument(host))
    const reading = createUserDataReader({ few }).read(texts, stop.signal)
    stop.abort(new Error('enough'))

    await expect(reading).rejects.toThrow('enough')
    await expect(createUserDataReader({ few }).read(texts, stop.signal)).rejects.toThrow('enough')
  })
})
