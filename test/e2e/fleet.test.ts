import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ControlClient, createControlClient } from '../../src/adapters/control-client/control-client.ts'
import { loadDesiredFleet } from '../../src/app/load-fleet.ts'
import { PHASES } from '../../src/domain/phase.ts'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'
import { storyOf } from '../support/story-of.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-fleet-'))
const dataDirectory = join(directory, 'data')
const fleetFile = join(directory, 'fleet.yaml')
const HOSTS = ['store-1', 'store-2', 'store-3'] as const
let serving: EdgebootProcess

beforeAll(async () => {
  writeFileSync(fleetFile, fleetText(await standInIso()))
  serving = await serve()
})
afterAll(async () => {
  await serving.kill()
  for (const host of HOSTS) await runEdgeboot(['--data-dir', dataDirectory, 'host', 'delete', host, '--yes'])
  rmSync(directory, { recursive: true, force: true })
})

function fleetText(iso: string): string {
  return `apiVersion: edgeboot/v1
installers:
  stand-in: { iso: ${iso} }
userData:
  stylus: { managementMode: local }
  install: { poweroff: true }
profiles:
  store:
    installer: stand-in
    machine: { driver: qemu, cpus: 2, memory: 1536MiB, disk: 10GiB, network: user }
    maxParallel: 2
    userData:
      stages:
        network:
          - commands: ['echo "edgeboot-test \${host.name} in \${host.labels.site}" > /dev/ttyS0']
hosts:
${HOSTS.map((name, index) => `  - { name: ${name}, profile: store, labels: { site: site-${index} } }`).join('\n')}
`
}

async function serve(): Promise<EdgebootProcess> {
  const started = startEdgeboot([
    ...['--data-dir', dataDirectory, 'serve'],
    // Slow enough that a server killed in a download is back before the host asks for its configuration, see below.
    ...['--boot-port', '0', '--control-port', '0', '--host-bandwidth', '8MB'],
  ])
  await started.line(/control API on/)
  return started
}

function connect(): ControlClient {
  const { url, token } = JSON.parse(readFileSync(join(dataDirectory, 'control.json'), 'utf8'))
  return createControlClient({ url, token })
}

/** Resolves when each of the hosts is ready; rejects as soon as one has failed. */
async function allReady(names: readonly string[], signal: AbortSignal): Promise<void> {
  const client = connect()
  const waiting = new Set<string>(names)
  const look = async (name: string): Promise<void> => {
    const { phase, failure } = await client.host(name)
    if (phase === 'failed') throw new Error(`${name} failed: ${failure?.reason}`)
    if (phase === 'ready') waiting.delete(name)
  }
  const events = client.follow({ after: 0, type: 'phase.changed', signal })
  await Promise.all(names.map(look))
  if (waiting.size === 0) return
  for await (const event of events) {
    if (event.host && waiting.has(event.host)) await look(event.host)
    if (waiting.size === 0) return
  }
}

/** How often a host went on to an installation: what the installer reports is lost while no server runs, this is not. */
async function installations(host: string): Promise<number> {
  const { items } = await connect().events({ host, type: 'phase.changed', limit: 1000 })
  return items.filter(({ data }) => data['to'] === 'config').length
}

async function story(): Promise<string> {
  const client = connect()
  const eventsOf = async (host: string) => [host, (await client.events({ host, limit: 1000 })).items] as const
  return storyOf(new Map(await Promise.all(HOSTS.map(eventsOf))))
}

function serialLog(host: string): string {
  return readFileSync(join(dataDirectory, 'machines', host, 'serial.log'), 'utf8')
}

/** What a client with that address is answered. */
function fetchFrom(localAddress: string, url: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { localAddress }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    request.on('error', reject)
  })
}

/** Where the guest was told to fetch its configuration, as seen from here. */
function configUrlOf(host: string, bootPort: string): string {
  const token = [...serialLog(host).matchAll(/\/h\/([a-z2-7]{32})\/config\.yaml/g)].at(-1)?.[1]
  return `http://127.0.0.1:${bootPort}/h/${token}/config.yaml`
}

describe('a fleet of three hosts with three configurations', () => {
  test('comes up although its server is killed in phase after phase, and nobody reads what is not theirs', async () => {
    const signal = AbortSignal.timeout(1_200_000)
    await connect().applyFleet(await loadDesiredFleet([fleetFile]))

    for (const phase of PHASES.slice(PHASES.indexOf('starting'), PHASES.indexOf('ready'))) {
      // The installer asks for its configuration three times within two seconds and then gives up until it is reset,
      // five minutes later: none of the two that install at a time may be asking while nobody answers.
      await serving.line(new RegExp(`"to":"${phase}"`), phase === 'config' ? 2 : 1)
      await serving.kill()
      serving = await serve()
    }
    await allReady(HOSTS, signal)

    expect(await Promise.all(HOSTS.map(installations)), await story()).toEqual([1, 1, 1])
    for (const [index, name] of HOSTS.entries()) {
      expect(serialLog(name)).toContain(`edgeboot-test ${name} in site-${index}`)
      for (const other of HOSTS.filter((one) => one !== name)) {
        expect(serialLog(name)).not.toContain(`edgeboot-test ${other}`)
      }
    }
  }, 1_300_000)

  test('installs again once it is asked to, gives its configuration to nobody else, and to nobody afterwards', async () => {
    const signal = AbortSignal.timeout(600_000)
    const client = connect()
    const port = /boot server on [^\s;]*:(\d+)/.exec(await serving.line(/boot server on/))?.[1] ?? ''
    const before = await client.events({ host: 'store-2', limit: 1000 })
    const after = before.items.at(-1)?.id ?? 0
    const events = client.follow({ after, host: 'store-2', type: 'phase.changed', signal })
    await client.reinstall('store-2')
    for await (const { data } of events) if (data && 'to' in data && data['to'] === 'installing') break

    const url = configUrlOf('store-2', port)
    const stolen = await fetchFrom('127.0.0.2', url)
    const own = await fetchFrom('127.0.0.1', url)
    await allReady(['store-2'], signal)
    const late = await fetchFrom('127.0.0.1', url)

    expect(stolen.status).toBe(404)
    expect(own.body).toContain('edgeboot-test store-2 in site-1')
    expect(late).toEqual({ status: 200, body: '#cloud-config\n' })
    const refused = await client.events({ host: 'store-2', type: 'config.refused' })
    expect(refused.items.map(({ data }) => data)).toEqual([
      { address: '127.0.0.2', reason: 'other-address', detail: expect.stringContaining('127.0.0.2') },
    ])
    expect(await Promise.all(HOSTS.map(installations)), await story()).toEqual([1, 2, 1])
  }, 700_000)
})
