import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectControl, findControl } from './control-connection.ts'

const RUNNING = { url: 'http://127.0.0.1:8081', token: 'ebt_a-secret', pid: process.pid }
/** Larger than any that Linux gives away. */
const NO_PID = 4_194_304

function aDataDirectory(control?: unknown, mode = 0o600): string {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-control-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  if (control !== undefined) {
    const path = join(directory, 'control.json')
    writeFileSync(path, typeof control === 'string' ? control : JSON.stringify(control))
    chmodSync(path, mode)
  }
  return directory
}

describe('the server of a data directory', () => {
  test('is found by what it wrote there', async () => {
    const dataDirectory = aDataDirectory({ ...RUNNING, startedAt: 'whatever newer ones add' })

    expect(await findControl({ dataDirectory })).toBeDefined()
  })

  test.each([
    ['there is no directory', () => '/does/not/exist'],
    ['nothing was written', () => aDataDirectory()],
    ['the process that wrote it is gone', () => aDataDirectory({ ...RUNNING, pid: NO_PID })],
  ])('is not there when %s, and it is said how to start one', async (_what, directory) => {
    const dataDirectory = directory()

    expect(await findControl({ dataDirectory })).toBeUndefined()
    await expect(connectControl({ dataDirectory })).rejects.toMatchObject({
      code: 'server.unreachable',
      message: expect.stringContaining(
        `no edgeboot serve runs on ${dataDirectory}; start it with: edgeboot serve`,
      ),
    })
  })

  test.each<[string, unknown, number]>([
    ['others may read', RUNNING, 0o644],
    ['is no JSON', '{', 0o600],
    ['has another shape', { ...RUNNING, token: 5 }, 0o600],
    ['has no sensible process', { ...RUNNING, pid: -1 }, 0o600],
    ['is endless', ' '.repeat(70_000), 0o600],
  ])('is not trusted when its file %s', async (_what, control, mode) => {
    const dataDirectory = aDataDirectory(control, mode)

    const failure = await findControl({ dataDirectory }).catch((error) => error)

    expect(failure).toMatchObject({ code: 'data-dir.unusable' })
    expect(failure.message).toContain('control.json')
    expect(failure.message).not.toContain('ebt_')
  })

  test('has its authority beside it, and one that is none is refused', async () => {
    const dataDirectory = aDataDirectory({ ...RUNNING, authorityPath: 'ca.pem' })
    writeFileSync(join(dataDirectory, 'ca.pem'), 'no certificate')

    await expect(findControl({ dataDirectory })).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining(join(dataDirectory, 'ca.pem')),
    })
  })
})

describe('a server that is named', () => {
  const server = 'https://edgeboot.example:8081'

  test('needs a token of its own, not the one of the data directory', async () => {
    const dataDirectory = aDataDirectory(RUNNING)

    await expect(findControl({ dataDirectory, server })).rejects.toThrow(/EDGEBOOT_TOKEN/)
    expect(await findControl({ dataDirectory, server, token: 'x' })).toBeDefined()
  })

  test('takes the token from a file only its owner may read', async () => {
    const dataDirectory = aDataDirectory()
    const tokenFile = join(dataDirectory, 'token')
    writeFileSync(tokenFile, 'ebt_a-secret\n', { mode: 0o600 })

    expect(await findControl({ dataDirectory, server, tokenFile })).toBeDefined()
    chmodSync(tokenFile, 0o640)
    await expect(findControl({ dataDirectory, server, tokenFile })).rejects.toThrow(/mode 0640/)
    await expect(findControl({ dataDirectory, server, tokenFile: '/no' })).rejects.toMatchObject({
      code: 'usage.invalid',
    })
  })

  test('never gets the token unencrypted over a network', async () => {
    const dataDirectory = aDataDirectory()

    await expect(findControl({ dataDirectory, server: 'http://192.0.2.1:8081', token: 'x' })).rejects.toThrow(
      /unencrypted/,
    )
  })
})
