import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createIsoReceiver, removePartialIsos } from './iso-receiver.ts'

const SPARE = 256 * 1024 ** 2

function open(freeBytes?: number) {
  const parent = mkdtempSync(join(tmpdir(), 'edgeboot-isos-'))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  const folder = join(parent, 'isos')
  const receiver = createIsoReceiver(folder, ...(freeBytes === undefined ? [] : [async () => freeBytes]))
  const send = (body: AsyncIterable<Uint8Array>, sizeBytes = 10, fileName = 'a.iso') =>
    receiver.receive({ fileName, sizeBytes, body })
  return { folder, send, files: () => readdirSync(folder) }
}

async function* bytes(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** A body of which one half comes, and the other when it is said. */
function inHalves() {
  const half = Promise.withResolvers<void>()
  const rest = Promise.withResolvers<void>()
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('01234')
    half.resolve()
    await rest.promise
    yield Buffer.from('56789')
  }
  return { body: body(), half: half.promise, rest }
}

describe('an ISO that is received', () => {
  test('has its name as soon as it is whole, and can be read by its owner only', async () => {
    const { folder, send, files } = open()
    const { body, half, rest } = inHalves()
    const receiving = send(body)
    await half

    expect(files()).toEqual(['a.iso.part'])
    rest.resolve()
    const file = await receiving

    expect(file).toMatchObject({ path: join(folder, 'a.iso'), sizeBytes: 10 })
    expect(file.modifiedAt).toBe(Math.floor(statSync(file.path).mtimeMs))
    expect(readFileSync(file.path, 'utf8')).toBe('0123456789')
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(files()).toEqual(['a.iso'])
  })

  test.each([
    ['shorter than announced', () => bytes('012'), 'upload.incomplete'],
    ['longer than announced', () => bytes('01234', '56789', 'x'), 'upload.incomplete'],
  ])('and is %s leaves nothing', async (_what, body, code) => {
    const { send, files } = open()

    await expect(send(body())).rejects.toMatchObject({ code })

    expect(files()).toEqual([])
  })

  test('and is cut off leaves nothing, and may come again', async () => {
    const { send, files } = open()
    const { body, half, rest } = inHalves()
    const receiving = send(body)
    await half
    rest.reject(new Error('cut off'))

    await expect(receiving).rejects.toThrow('cut off')
    expect(files()).toEqual([])
    await send(bytes('0123456789'))

    expect(files()).toEqual(['a.iso'])
  })

  test('does not take the place of another', async () => {
    const { folder, send } = open()
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.iso'), 'had')

    await expect(send(bytes('0123456789'))).rejects.toMatchObject({ code: 'upload.name-taken' })

    expect(readFileSync(join(folder, 'a.iso'), 'utf8')).toBe('had')
  })

  test('does not take the place of one that came meanwhile, nor of one that is coming', async () => {
    const { folder, send, files } = open()
    const { body, half, rest } = inHalves()
    const receiving = send(body)
    await half

    await expect(send(bytes('0123456789'))).rejects.toMatchObject({ code: 'upload.name-taken' })
    writeFileSync(join(folder, 'a.iso'), 'had')
    rest.resolve()

    await expect(receiving).rejects.toMatchObject({ code: 'upload.name-taken' })
    expect(files()).toEqual(['a.iso'])
    expect(readFileSync(join(folder, 'a.iso'), 'utf8')).toBe('had')
  })

  test('is refused before its first byte when the disk has no room for it', async () => {
    const { send, files } = open(SPARE + 9)
    let isRead = false
    async function* body() {
      isRead = true
      yield* bytes('0123456789')
    }

    await expect(send(body())).rejects.toMatchObject({ code: 'upload.no-space', details: { free: 9 } })

    expect([isRead, files()]).toEqual([false, []])
  })

  test('does not count on the room that another one still needs', async () => {
    const { send } = open(SPARE + 15)
    const { body, half, rest } = inHalves()
    const receiving = send(body)
    await half

    await expect(send(bytes('0123456789x'), 11, 'b.iso')).rejects.toMatchObject({ details: { free: 10 } })
    await send(bytes('0123456789'), 10, 'b.iso')
    rest.resolve()

    await receiving
  })

  test('says so where the folder cannot be one', async () => {
    const { folder, send } = open()
    writeFileSync(folder, 'a file')

    await expect(send(bytes('0123456789'))).rejects.toMatchObject({ code: 'data-dir.unusable' })
  })
})

test('what a killed process left of an upload is removed, and nothing else', async () => {
  const { folder, files } = open()
  mkdirSync(folder)
  for (const name of ['a.iso', 'b.iso.part', 'notes.part']) writeFileSync(join(folder, name), name)

  await removePartialIsos(folder)
  await removePartialIsos(join(folder, 'none'))

  expect(files().toSorted()).toEqual(['a.iso', 'notes.part'])
})
