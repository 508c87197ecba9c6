import { expect, test } from 'vitest'
import { MAX_ISO_BYTES } from '../domain/iso-upload.ts'
import type { IsoFile, IsoUpload } from '../ports/iso-folders.ts'
import { createIsoUploads } from './iso-uploads.ts'

function open() {
  const waiting: PromiseWithResolvers<IsoFile>[] = []
  const uploads = createIsoUploads({
    receive: () => {
      const one = Promise.withResolvers<IsoFile>()
      waiting.push(one)
      return one.promise
    },
  })
  const send = (sizeBytes = 1) => uploads.receive({ fileName: 'a.iso', sizeBytes, body: nothing() })
  return { send, waiting }
}

async function* nothing(): IsoUpload['body'] {}

const FILE: IsoFile = { path: '/isos/a.iso', sizeBytes: 1, modifiedAt: 1 }

test('two ISOs come at a time, and another when one of them is through or has failed', async () => {
  const { send, waiting } = open()
  const first = send()
  const second = send()

  await expect(send()).rejects.toMatchObject({ code: 'server.busy' })
  waiting[0]?.resolve(FILE)
  expect(await first).toEqual(FILE)
  const third = send()
  await expect(send()).rejects.toMatchObject({ code: 'server.busy' })
  waiting[1]?.reject(new Error('cut off'))
  await expect(second).rejects.toThrow('cut off')
  const fourth = send()
  waiting[2]?.resolve(FILE)
  waiting[3]?.resolve(FILE)

  expect(await Promise.all([third, fourth])).toEqual([FILE, FILE])
})

test('64 GiB are taken, and not one byte more', async () => {
  const { send, waiting } = open()

  await expect(send(MAX_ISO_BYTES + 1)).rejects.toMatchObject({ code: 'request.too-large' })
  const largest = send(MAX_ISO_BYTES)
  waiting[0]?.resolve(FILE)

  expect(await largest).toEqual(FILE)
})
