import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import { anElement, createFakeVimClient } from '../../../../test/support/fake-vim-client.ts'
import { createSilentLog } from '../../../../test/support/silent-log.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import { createUploadNotes } from './upload-notes.ts'
import { uploadOnce } from './upload-once.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-upload-'))
const isoPath = join(directory, 'boot.iso')
writeFileSync(isoPath, Buffer.alloc(1000))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const FILE = '[ds] edgeboot/boot-1.iso'
const LOCK = `${FILE}.lock`
const signal = new AbortController().signal
const datacenter = { ref: { type: 'Datacenter', id: 'dc-1' }, path: '/DC0' }
const upload = { isoPath, datacenter, place: { datastore: 'ds', path: 'edgeboot/boot-1.iso' } }

/** A datastore: sizes by path, folders without. */
function aDatastore() {
  const files = new Map<string, number | undefined>([['[ds]', undefined]])
  const refuse = (type: string): never => {
    throw new VimRefusal({ type, message: '', properties: {} }, 'files')
  }
  const argument = ({ args }: VimCall, name: string): string =>
    String(args.find((node) => node?.name === name)?.content)
  const sent: string[] = []
  const client = {
    ...createFakeVimClient([], {
      MakeDirectory: (call) => {
        const path = argument(call, 'name')
        if (files.has(path)) refuse('FileAlreadyExists')
        files.set(path, undefined)
        return anElement('answer')
      },
      DeleteDatastoreFile_Task: (call) => {
        if (!files.delete(argument(call, 'name'))) refuse('FileNotFound')
        return anElement('answer')
      },
      MoveDatastoreFile_Task: (call) => {
        const [from, to] = [argument(call, 'sourceName'), argument(call, 'destinationName')]
        if (files.has(to)) refuse('FileAlreadyExists')
        if (!files.has(from)) refuse('FileNotFound')
        files.set(to, files.get(from))
        files.delete(from)
        return anElement('answer')
      },
    }),
    transfers: {
      size: async ({ path }: { path: string }) => files.get(`[ds] ${path}`),
      upload: async ({ path }: { path: string }) => {
        sent.push(path)
        files.set(`[ds] ${path}`, 1000)
      },
      download: async () => new Uint8Array(),
    },
  }
  return { client, files, sent }
}

let notesDirectory: string
beforeEach(() => {
  notesDirectory = mkdtempSync(join(directory, 'notes-'))
})

function aSite() {
  const store = aDatastore()
  const clock = createFakeClock()
  const uploads = createUploadNotes(notesDirectory)
  const parts = { client: store.client, clock, log: createSilentLog(), tell: () => undefined, uploads }
  const names = () => [...store.files.keys()].sort()
  return { ...store, clock, uploads, names, bring: (until = signal) => uploadOnce(upload, parts, until) }
}
const DONE = ['[ds]', '[ds] edgeboot', FILE]
const NOTE = 'ds-boot-1.iso'

describe('an upload', () => {
  test('leaves the file under its name, and nothing else', async () => {
    const { bring, names, sent, uploads } = aSite()
    await bring()
    await bring()

    expect(names()).toEqual(DONE)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatch(/^edgeboot\/boot-1\.iso\.part-[0-9a-f]{12}$/)
    expect(uploads.read(NOTE)).toBeUndefined()
  })

  test('waits while somebody else brings the same, and then has nothing to do', async () => {
    const { bring, files, clock, sent, uploads } = aSite()
    files.set(LOCK, undefined)
    const sleep = clock.sleep
    let looks = 0
    clock.sleep = async (ms, until) => {
      await sleep(ms, until)
      looks += 1
      if (looks === 5) files.set(FILE, 1000)
    }
    await bring()

    expect(sent).toEqual([])
    expect(files.has(LOCK)).toBe(true)
    expect(uploads.read(NOTE)).toBeUndefined()
  })

  test('takes over what somebody else has left', async () => {
    const { bring, files, clock, names, sent } = aSite()
    files.set(LOCK, undefined)
    const begun = clock.now()
    await bring()

    expect(clock.now() - begun).toBeGreaterThanOrEqual(90_000)
    expect(sent).toHaveLength(1)
    expect(names()).toEqual(DONE)
  })

  test('of this data directory that was killed is gone on with at once', async () => {
    const { bring, files, clock, names, sent, uploads } = aSite()
    files.set(LOCK, undefined)
    files.set(`${FILE}.part-1`, 400)
    uploads.write(NOTE, 'boot-1.iso.part-1')
    const begun = clock.now()
    await bring()

    expect(clock.now()).toBe(begun)
    expect(sent).toEqual(['edgeboot/boot-1.iso.part-1'])
    expect(names()).toEqual(DONE)
  })

  test('that was killed while it waited for somebody else waits for them again', async () => {
    const { bring, files, clock, sent } = aSite()
    files.set(LOCK, undefined)
    const end = new AbortController()
    const { sleep } = clock
    clock.sleep = async () => {
      end.abort(new Error('killed'))
      throw end.signal.reason
    }
    await expect(bring(end.signal)).rejects.toThrow('killed')

    clock.sleep = async (ms, until) => {
      await sleep(ms, until)
      files.set(FILE, 1000)
    }
    await bring()
    expect(sent).toEqual([])
    expect(files.has(LOCK)).toBe(true)
  })

  test('that was killed as soon as it had its lock is gone on with at once', async () => {
    const { bring, client, clock, names } = aSite()
    const end = new AbortController()
    const { call } = client
    client.call = async (request, options, until) => {
      await call(request, options, until)
      if (!JSON.stringify(request).includes('.lock')) return anElement('answer')
      end.abort(new Error('killed'))
      throw end.signal.reason
    }
    await expect(bring(end.signal)).rejects.toThrow('killed')
    expect(names()).toContain(LOCK)

    client.call = call
    const begun = clock.now()
    await bring()
    expect(clock.now()).toBe(begun)
    expect(names()).toEqual(DONE)
  })

  test('that was killed between the file and its tidying up is tidied up', async () => {
    const { bring, files, names, sent, uploads } = aSite()
    for (const [path, size] of [
      [FILE, 1000],
      [LOCK, undefined],
    ] as const)
      files.set(path, size)
    files.set('[ds] edgeboot', undefined)
    uploads.write(NOTE, 'boot-1.iso.part-1')
    await bring()

    expect(sent).toEqual([])
    expect(names()).toEqual(DONE)
  })

  test('replaces a file of another size', async () => {
    const { bring, files, names } = aSite()
    files.set(FILE, 7)
    await bring()

    expect(names()).toEqual(DONE)
    expect(files.get(FILE)).toBe(1000)
  })
})
