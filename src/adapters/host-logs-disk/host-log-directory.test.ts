import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import { openHostLogDirectory } from './host-log-directory.ts'

function aDirectory(given: { readonly maxBytes?: number } = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'edgeboot-host-logs-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  const log = createRecordingLog()
  const directory = join(parent, 'logs')
  return { parent, directory, log, logs: openHostLogDirectory({ directory, log, ...given }) }
}

describe('logs of hosts on the disk', () => {
  test('have what was appended, in order, and are for the owner alone', async () => {
    const { directory, logs } = aDirectory()

    logs.append('edge-1', ['one', 'two'])
    logs.append('edge-2', ['other'])
    logs.append('edge-1', ['three'])

    expect(await logs.tail('edge-1', 1000)).toBe('one\ntwo\nthree\n')
    expect(await logs.tail('edge-2', 3)).toBe('er\n')
    expect(await logs.tail('edge-3', 1000)).toBe('')
    expect(statSync(join(directory, 'edge-1.log')).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  })

  test('begin anew when they are full, with one old one kept', async () => {
    const { directory, logs } = aDirectory({ maxBytes: 100 })

    for (let at = 0; at < 30; at += 1) {
      logs.append('edge-1', [`line ${at} ${'x'.repeat(20)}`])
      await logs.tail('edge-1', 1)
    }

    expect(readdirSync(directory).sort()).toEqual(['edge-1.log', 'edge-1.log.1'])
    expect(readFileSync(join(directory, 'edge-1.log.1')).length).toBeLessThan(150)
    expect(await logs.tail('edge-1', 1000)).toMatch(/^line 2\d .*\n[\s\S]*line 29 x+\n$/)
    expect(await logs.tail('edge-1', 60)).toHaveLength(60)
  })

  test('are written when the store is closed, and go on after that', async () => {
    const { directory, log, logs } = aDirectory()
    logs.append('edge-1', ['one'])

    await logs[Symbol.asyncDispose]()

    const again = openHostLogDirectory({ directory, log })
    again.append('edge-1', ['two'])
    expect(await again.tail('edge-1', 1000)).toBe('one\ntwo\n')
  })

  test('are gone when they are removed, with what was not written yet', async () => {
    const { directory, logs } = aDirectory({ maxBytes: 10 })
    logs.append('edge-1', ['long enough to be rotated'])
    await logs.tail('edge-1', 1)
    logs.append('edge-1', ['short'])

    await logs.remove('edge-1')

    expect(await logs.tail('edge-1', 1000)).toBe('')
    expect(readdirSync(directory)).toEqual([])
  })

  test.each(['../edge-1', 'edge/1', '', '.', 'Edge-1', 'edge-1\0'])(
    '%j is no name and no path',
    async (name) => {
      const { parent, logs } = aDirectory()

      logs.append(name, ['one'])

      expect(await logs.tail(name, 1000)).toBe('')
      await logs.remove(name)
      expect(readdirSync(parent)).toEqual([])
    },
  )

  test('a link in the place of a log is not followed', async () => {
    const { parent, directory, log, logs } = aDirectory()
    writeFileSync(join(parent, 'precious'), '')
    logs.append('edge-2', ['makes the directory'])
    await logs.tail('edge-2', 1)
    symlinkSync(join(parent, 'precious'), join(directory, 'edge-1.log'))

    logs.append('edge-1', ['one'])
    await expect(logs.tail('edge-1', 1000)).rejects.toMatchObject({ code: 'blob.unreadable' })

    expect(readFileSync(join(parent, 'precious'), 'utf8')).toBe('')
    expect(log.lines).toMatchObject([{ level: 'error', fields: { lost: 1 } }])
  })

  test('lines that cannot be kept are said once, not with every line', async () => {
    const { parent, log } = aDirectory()
    writeFileSync(join(parent, 'file'), '')
    const logs = openHostLogDirectory({ directory: join(parent, 'file'), log })

    for (let at = 0; at < 5; at += 1) {
      logs.append('edge-1', ['one'])
      await logs.tail('edge-1', 1000).catch(() => undefined)
    }

    expect(log.lines.map(({ message }) => message)).toEqual(['lines of host logs were lost'])
  })

  test('what waits in memory is bounded', async () => {
    const { log, logs } = aDirectory({ maxBytes: 100 * 1024 * 1024 })

    for (let at = 0; at < 20; at += 1) logs.append('edge-1', ['x'.repeat(1024 * 1024 - 1)])

    expect(await logs.tail('edge-1', 100 * 1024 * 1024)).toHaveLength(8 * 1024 * 1024)
    expect(log.lines).toHaveLength(1)
  })
})
