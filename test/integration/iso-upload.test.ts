import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createIsoReceiver } from '../../src/adapters/iso-folders/iso-receiver.ts'
import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import { createMemorySessions } from '../../src/adapters/store-memory/memory-sessions.ts'
import type { AuditRecord } from '../../src/ports/authenticator.ts'
import type { IsoUpload } from '../../src/ports/iso-folders.ts'
import { openControlServer } from '../../src/servers/http-api/control-server.ts'
import type { ControlLimits } from '../../src/servers/http-api/limits.ts'
import { createIsoUploads } from '../../src/services/iso-uploads.ts'
import { createFakeAuthenticator, createFakeControlDesk, TOKENS } from '../support/fake-control-desk.ts'
import { createRecordingLog } from '../support/recording-log.ts'

/** A control listener that keeps what it is sent in a folder of its own. */
async function open(limits: Partial<ControlLimits> = {}, freeBytes?: number) {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-upload-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const folder = join(directory, 'isos')
  mkdirSync(folder)
  const audits = new EventTarget()
  const audited: AuditRecord[] = []
  const uploads = createIsoUploads(
    createIsoReceiver(folder, ...(freeBytes === undefined ? [] : [async () => freeBytes])),
  )
  const server = await openControlServer({
    desk: { ...createFakeControlDesk(), uploadIso: (upload: IsoUpload) => uploads.receive(upload) },
    authenticator: createFakeAuthenticator(),
    sessions: createMemorySessions(),
    audit: async (record) => {
      audited.push(record)
      audits.dispatchEvent(new Event('audited'))
    },
    clock: createSystemClock(),
    random: createCryptoRandom(),
    log: createRecordingLog(),
    port: 0,
    limits,
  })
  onTestFinished(() => server[Symbol.asyncDispose]())

  function put(fileName: string, sizeBytes?: number, token: string = TOKENS.admin): ClientRequest {
    const sending = request(`${server.url}/api/v1/isos/${fileName}`, {
      method: 'PUT',
      headers: {
        'content-type': 'application/octet-stream',
        authorization: `Bearer ${token}`,
        ...(sizeBytes === undefined ? {} : { 'content-length': sizeBytes }),
      },
    })
    // What is still being sent when the answer is there may fail.
    sending.on('error', () => undefined)
    sending.flushHeaders()
    return sending
  }
  const nextAudit = () => once(audits as unknown as EventTarget, 'audited')
  return { audited, files: () => readdirSync(folder), folder, nextAudit, put, server }
}

async function answerOf(sending: ClientRequest) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sending.once('response', resolve).once('error', reject)
  })
  return { status: response.statusCode, body: (await json(response)) as Record<string, unknown> }
}

/** Waits until something is true of the file system, which nobody else tells of. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

describe('an uploaded ISO', () => {
  test('may take longer than any other request, and be larger', async () => {
    const { audited, folder, put } = await open({ requestTimeoutMs: 100, maxBodyBytes: 1024 })
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const sending = put('edge.iso', 8 * chunk.length)
    for (let sent = 0; sent < 8; sent++) {
      // Longer in all than a request may take.
      await sleep(50)
      sending.write(chunk)
    }
    sending.end()

    const { status, body } = await answerOf(sending)

    expect([status, body['path'], body['sizeBytes']]).toEqual([200, join(folder, 'edge.iso'), 524_288])
    expect(readFileSync(join(folder, 'edge.iso'))).toEqual(Buffer.alloc(524_288, 'x'))
    expect(audited).toEqual([
      {
        who: 'token:admin-1',
        action: 'iso.upload',
        object: 'edge.iso',
        outcome: 'done',
        detail: { address: '127.0.0.1', status: 200 },
      },
    ])
  })

  test('leaves nothing when the browser goes away, and that is audited', async () => {
    const { audited, files, folder, nextAudit, put } = await open()
    const sending = put('edge.iso', 1000)
    sending.write('half')
    await until(() => existsSync(join(folder, 'edge.iso.part')))
    const told = nextAudit()

    sending.destroy()
    await told

    expect(files()).toEqual([])
    expect(audited).toMatchObject([
      { action: 'iso.upload', outcome: 'refused', detail: { code: 'upload.incomplete' } },
    ])
  })

  test('ends when nothing comes any more', async () => {
    const { files, put } = await open({ uploadIdleMs: 50 })
    const sending = put('edge.iso', 1000)
    sending.write('half')

    const { status, body } = await answerOf(sending)

    expect([status, body['code'], files()]).toEqual([408, 'upload.stalled', []])
  })

  test('is answered in words while it is still being sent, and then cut off', async () => {
    const { folder, put } = await open({ refusedUploadMs: 50 })
    writeFileSync(join(folder, 'edge.iso'), 'had')
    const sending = put('edge.iso', 1_000_000)
    sending.write('x')

    const { status, body } = await answerOf(sending)
    await once(sending, 'close')

    expect([status, body['code']]).toEqual([409, 'upload.name-taken'])
    expect(readFileSync(join(folder, 'edge.iso'), 'utf8')).toBe('had')
  })

  test('is refused as the third at a time, and when there is no room', async () => {
    const { folder, put } = await open({}, 300 * 1024 ** 2)
    const under = ['a.iso', 'b.iso'].map((name) => {
      const sending = put(name, 10)
      sending.write('half')
      return sending
    })
    await until(() => ['a', 'b'].every((name) => existsSync(join(folder, `${name}.iso.part`))))

    const third = await answerOf(put('c.iso', 10).end('0123456789'))
    for (const sending of under) sending.end('123456')
    const through = await Promise.all(under.map(answerOf))
    const huge = await answerOf(put('c.iso', 50 * 1024 ** 2))

    expect(third).toMatchObject({ status: 503, body: { code: 'server.busy' } })
    expect(through.map(({ status }) => status)).toEqual([200, 200])
    expect(huge).toMatchObject({ status: 507, body: { code: 'upload.no-space' } })
  })

  test.each([
    ['too large', 'edge.iso', 64 * 1024 ** 3 + 1, 413, 'request.too-large'],
    ['of unknown length', 'edge.iso', undefined, 411, 'upload.length-required'],
    ['with a path for a name', '..%2fedge.iso', 1, 400, 'request.invalid'],
    ['that is hidden', '.edge.iso', 1, 400, 'request.invalid'],
    ['that is no ISO by its name', 'edge.img', 1, 400, 'request.invalid'],
    ['with a name that is too long', `${'e'.repeat(122)}.iso`, 1, 400, 'request.invalid'],
  ])('%s is refused', async (_what, fileName, sizeBytes, status, code) => {
    const { files, put } = await open({ refusedUploadMs: 50 })

    const sending = put(fileName, sizeBytes)
    sending.write('x')

    expect(await answerOf(sending)).toMatchObject({ status, body: { code } })
    expect(files()).toEqual([])
    sending.destroy()
  })

  test('of those who are no admin is not looked at', async () => {
    const { files, put } = await open()

    const sending = put('edge.iso', 1000, TOKENS.operator)

    expect(await answerOf(sending)).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } })
    expect(files()).toEqual([])
  })
})

describe('all other requests', () => {
  test.each([
    ['of a stranger', 'PUT /api/v1/isos/edge.iso', ''],
    ['of an address there is not', 'POST /nothing', ''],
    ['of an admin', 'POST /api/v1/tokens', `Authorization: Bearer ${TOKENS.admin}\r\n`],
  ])('%s are cut off when they take too long', async (_what, line, header) => {
    const { server } = await open({ requestTimeoutMs: 50 })
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      `${line} HTTP/1.1\r\nHost: localhost\r\n${header}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    )

    // Ends only because the server closes it.
    expect(await text(socket)).not.toMatch(/^HTTP\/1.1 200/)
  })
})
