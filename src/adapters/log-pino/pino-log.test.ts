import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Failure } from '../../domain/failure.ts'
import { createPinoLog } from './pino-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-log-'))
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterAll(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

function aLog(name: string, level = 'debug') {
  const file = join(directory, name)
  return { log: createPinoLog({ level, destination: file }), lines: () => readLines(file) }
}

/** Lines are written when their moment is over. */
function readLines(file: string): Record<string, unknown>[] {
  vi.runAllTimers()
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('every line of a boot carries its host and boot id', async () => {
  const { log, lines } = aLog('boot.log')
  const ofBoot = log.child({ host: 'edge-1' }).child({ bootId: 'abcdefghijklmnop' })

  ofBoot.info({ role: 'kernel' }, 'served')
  ofBoot.warn({}, 'broke off')

  expect(lines()).toEqual([
    expect.objectContaining({ host: 'edge-1', bootId: 'abcdefghijklmnop', role: 'kernel', msg: 'served' }),
    expect.objectContaining({ host: 'edge-1', bootId: 'abcdefghijklmnop', msg: 'broke off' }),
  ])
})

test('no secret reaches the file, whichever way it is handed to the log', async () => {
  const { log, lines } = aLog('secrets.log')
  const secret = 'abcdefghijklmnopqrstuvwxyz234567'
  const cause = new Error(`GET /h/${secret}/config.yaml failed`)

  log.info({ apiKey: secret, headers: { ApiKey: secret, authorization: `Bearer ${secret}` } }, 'asked')
  log.error({ err: new Failure('driver.refused', `https://u:${secret}@vcenter/`, {}, cause) }, 'refused')
  log.child({ token: secret, url: `http://h/h/${secret}/events` }).warn({}, `POST /h/${secret}/events`)
  log.debug({ userData: { stylus: { site: { edgeHostToken: secret } }, users: [{ passwd: secret }] } }, 'x')

  expect(lines()).toHaveLength(4)
  expect(JSON.stringify(lines())).not.toContain(secret)
})

test('what is below the level is not written', async () => {
  const { log, lines } = aLog('level.log', 'warn')

  log.info({}, 'no')
  log.warn({}, 'yes')

  expect(lines().map(({ msg }) => msg)).toEqual(['yes'])
})

test('an error is in the file at once', () => {
  const file = join(directory, 'error.log')
  const log = createPinoLog({ level: 'info', destination: file })

  log.info({}, 'before')
  log.error({}, 'the last that is said')

  expect(readFileSync(file, 'utf8')).toMatch(/before.*\n.*the last that is said/)
})
