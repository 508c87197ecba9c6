import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readBoot } from '../../src/codec/ipxe-script/read-boot.ts'
import { runEdgeboot, startEdgeboot } from '../../test/support/edgeboot-process.ts'
import type { Certificate } from './certificate.ts'
import type { FileServer } from './file-server.ts'
import { ask } from './http-ask.ts'

export interface EdgebootFleetOptions {
  /** Where its data directory goes. */
  readonly folder: string
  readonly iso: string
  /** For `downloads`. */
  readonly rootfsBytes?: number
  /** So many are in its fleet, all of them armed. */
  readonly hosts: number
  /** Given: hosts are asked to come over HTTPS with it, else over HTTP. */
  readonly certificate?: Certificate
}

/** `edgeboot serve` with a fleet, as a child process. */
export interface EdgebootFleet extends FileServer {
  /** What the host with this number asks as iPXE, for its script. */
  scriptUrl(host: number): string
}

const USER_DATA = `#cloud-config
stylus:
  site:
    edgeHostToken: q7Xk2mZ9pLw4
    paletteEndpoint: api.example.com
    projectName: stores
install:
  poweroff: true
`

const DAY_MS = 24 * 3_600_000
const AT_ONCE = 16
const DIGEST = { everyMs: 100, withinMs: 180_000 } as const

/**
 * Starts it with the fleet applied and every host armed. By then it has computed its digests: that work is done once for an
 * ISO, not for each host. A download is that of a host which asked for its script just before, so that it is known who
 * gets every byte, and counted.
 */
export async function startEdgebootFleet(options: EdgebootFleetOptions): Promise<EdgebootFleet> {
  const { folder, certificate, hosts, rootfsBytes } = options
  await mkdir(folder, { recursive: true })
  const dataDirectory = join(folder, 'data')
  const environment = { HOME: folder, EDGEBOOT_DATA_DIR: dataDirectory }
  const tls = certificate
    ? [
        '--boot-tls-port',
        '0',
        '--boot-tls-cert',
        certificate.certificateFile,
        '--boot-tls-key',
        certificate.keyFile,
      ]
    : []
  const ports = ['--boot-host', '127.0.0.1', '--boot-port', '0', '--control-port', '0']
  const serving = startEdgeboot(['serve', ...ports, ...tls], environment)
  const stop = async (): Promise<void> => {
    serving.child.kill('SIGTERM')
    await serving.finished
  }
  try {
    await serving.line(/Ctrl\+C stops/)
    const bootUrl = await bootUrlOf(serving, certificate !== undefined)
    await applyFleet(options, environment)
    await armAll(hosts, dataDirectory)
    const scriptUrl = (host: number): string => `${bootUrl}/ipxe?${queryOf(host)}`
    const rootUrl = async (host: number): Promise<string> => {
      const { text } = await ask(scriptUrl(host), { certificate })
      const url = readBoot(text)?.rootfsUrl
      if (url === undefined) throw new Error(`host ${host} was handed no installer:\n${text}`)
      return url
    }
    await digestKnown(await rootUrl(hosts - 1), certificate)
    return {
      name: 'Edgeboot',
      pid: serving.child.pid ?? 0,
      scriptUrl,
      downloads: async (parts) => {
        const urls = await eachOf(parts.length, rootUrl)
        return parts.map(({ from, bytes }, index) => {
          const url = urls[index] ?? ''
          return bytes === rootfsBytes ? { url, bytes } : { url, from, bytes }
        })
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** `edgeboot --version`, and the commit where this is a checkout. */
export async function edgebootVersion(): Promise<string> {
  const { stdout } = await runEdgeboot(['--version'])
  const commit = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: import.meta.dirname,
  }).then(
    ({ stdout: hash }) => ` (${hash.trim()})`,
    () => '',
  )
  return stdout.trim() + commit
}

async function bootUrlOf(serving: ReturnType<typeof startEdgeboot>, isTls: boolean): Promise<string> {
  const pattern = isTls ? /^HTTPS for hosts on \S+:(\d+)$/ : /http:\/\/\S+:(\d+)\/boot\.ipxe/
  const port = pattern.exec(await serving.line(pattern))?.[1]
  return `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`
}

async function applyFleet(
  { folder, iso, hosts }: EdgebootFleetOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  await writeFile(join(folder, 'base.user-data.yaml'), USER_DATA)
  const fleet = join(folder, 'fleet.yaml')
  const entries = Array.from(
    { length: hosts },
    (_, host) => `  - { name: store-${host}, profile: store, match: { mac: "${macOf(host)}" } }\n`,
  )
  await writeFile(
    fleet,
    `apiVersion: edgeboot/v1
installers:
  palette: { iso: ${JSON.stringify(iso)} }
profiles:
  store: { installer: palette, userData: ./base.user-data.yaml }
hosts:
${entries.join('')}`,
  )
  const { code, stderr } = await runEdgeboot(['apply', '-f', fleet], environment)
  if (code !== 0) throw new Error(`edgeboot apply ended with ${code}:\n${stderr}`)
}

async function armAll(hosts: number, dataDirectory: string): Promise<void> {
  const { url, token } = JSON.parse(await readFile(join(dataDirectory, 'control.json'), 'utf8'))
  await eachOf(hosts, async (host) => {
    const response = await fetch(`${url}/api/v1/hosts/store-${host}/arm`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ forMs: DAY_MS }),
    })
    if (!response.ok) throw new Error(`arming store-${host}: ${response.status} ${await response.text()}`)
    await response.arrayBuffer()
  })
}

async function digestKnown(url: string, certificate: Certificate | undefined): Promise<void> {
  const until = performance.now() + DIGEST.withinMs
  for (;;) {
    const { headers } = await ask(url, { method: 'HEAD', certificate })
    if (headers['repr-digest'] !== undefined) return
    if (performance.now() > until) throw new Error('edgeboot did not compute the digest in time')
    await sleep(DIGEST.everyMs)
  }
}

/** The results for 0 up to `count`, some at a time, in order. */
async function eachOf<T>(count: number, one: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next
      next += 1
      results[index] = await one(index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work))
  return results
}

function macOf(host: number): string {
  const hex = host.toString(16).padStart(6, '0')
  return `52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`
}

function queryOf(host: number): string {
  const uuid = `00000000-0000-4000-8000-${host.toString(16).padStart(12, '0')}`
  const facts = {
    mac: macOf(host),
    uuid,
    manufacturer: 'Bench',
    product: 'Box',
    platform: 'efi',
    buildarch: 'x86_64',
  }
  return String(new URLSearchParams(facts))
}
