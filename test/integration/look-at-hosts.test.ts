import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ControlClient, createControlClient } from '../../src/adapters/control-client/control-client.ts'
import { aFleet, aWish } from '../support/a-fleet.ts'
import { type EdgebootProcess, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-look-'))
const MAC = '52:54:00:00:00:42'
const PASSWORD = 'hunter2hunter2'
let serving: EdgebootProcess
let iso: string

beforeAll(async () => {
  iso = await standInIso()
  serving = await serve()
})
afterAll(async () => {
  await serving.kill()
  rmSync(directory, { recursive: true, force: true })
})

async function serve(): Promise<EdgebootProcess> {
  const ports = ['--boot-port', '0', '--control-port', '0', '--boot-host', '127.0.0.1']
  const started = startEdgeboot(['--data-dir', directory, 'serve', ...ports])
  await started.line(/control API on/)
  return started
}

function connect(): ControlClient & { ask(path: string): Promise<Response> } {
  const { url, token } = JSON.parse(readFileSync(join(directory, 'control.json'), 'utf8'))
  const headers = { authorization: `Bearer ${token}` }
  return {
    ...createControlClient({ url, token }),
    ask: (path) => fetch(`${url}/api/v1${path}`, { headers }),
  }
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url)
  expect(answer.status).toBe(200)
  return await answer.text()
}

test('a host that boots is seen step by step, with what it was handed and how fast', {
  timeout: 120_000,
}, async () => {
  const client = connect()
  const userData = `#cloud-config
stylus:
  managementMode: local
  registryCredentials: { domain: r.example.com, username: u, password: ${PASSWORD} }
install: { device: /dev/vda, poweroff: true }
`
  const wish = aWish({ name: 'box', machine: undefined, match: { mac: MAC }, userData })
  await client.applyFleet(aFleet([wish], { installers: [{ name: 'palette', isoPath: iso }] }))
  await client.arm('box', 600_000)
  const about = await client.about()
  const list = await client.ask('/hosts')
  const firstId = Number(list.headers.get('x-edgeboot-last-event-id'))

  const script = await textOf(`${about.bootUrl}/ipxe?mac=${MAC}&platform=efi&version=2.0.0`)
  const kernel = /\/b\/[a-z2-7]{16}\/palette-kernel/.exec(script)?.[0]
  const config = /\/h\/([a-z2-7]{32})\/config\.yaml/.exec(script)
  const bytes = (await (await fetch(`${about.bootUrl}${kernel}`)).arrayBuffer()).byteLength
  const document = await textOf(`${about.bootUrl}${config?.[0]}`)
  await expect.poll(async () => (await client.host('box')).phase, { timeout: 10_000 }).toBe('config')
  await expect
    .poll(async () => (await client.throughput()).samples.reduce((sum, sample) => sum + sample.bytes, 0), {
      timeout: 30_000,
      interval: 500,
    })
    .toBe(bytes)

  expect(about).toMatchObject({
    version: '0.1.0',
    bootScriptUrl: `${about.bootUrl}/boot.ipxe`,
    drivers: [{ kind: 'qemu' }],
  })
  const token = config?.[1] ?? 'none'
  const shown = await client.ask('/hosts/box/script')
  expect(shown.headers.get('x-edgeboot-rendered')).toBe('as-served')
  expect(shown.headers.get('content-type')).toMatch(/^text\/plain/)
  expect(await shown.text()).toBe(script.replaceAll(token, '***'))
  expect(document).toContain(PASSWORD)
  const seen = await client.userData('box')
  expect(seen).toContain('managementMode: local')
  expect(seen).not.toContain(PASSWORD)
  expect(seen).not.toContain(token)

  const [boot] = (await client.boots('box')).items
  expect(boot).toMatchObject({ outcome: 'running' })
  expect(boot?.steps.map(({ phase, bytes: sent }) => [phase, sent])).toEqual([
    ['script', undefined],
    ['kernel', bytes],
    ['config', undefined],
  ])
  const since = (await client.events({ after: firstId })).items.map(({ type }) => type)
  expect(since).toContain('script.served')
  expect(since).not.toContain('host.armed')

  await serving.kill()
  serving = await serve()
  const again = connect()
  const anew = await again.ask('/hosts/box/script')
  expect(anew.headers.get('x-edgeboot-rendered')).toBe('now')
  expect(await anew.text()).toBe(script.replaceAll(token, '***'))
  expect((await again.boots('box')).items).toEqual([boot])
})
