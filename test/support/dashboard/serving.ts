import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../edgeboot-process.ts'
import { standInIso } from '../stand-in-iso.ts'

type Role = 'viewer' | 'operator' | 'admin'

/** A real `edgeboot serve` on loopback, with a data directory of its own. */
export interface Serving extends AsyncDisposable {
  readonly directory: string
  readonly dataDirectory: string
  readonly controlUrl: string
  readonly bootUrl: string
  /** The log and all else on stderr shows in its failures. */
  readonly process: EdgebootProcess
  /** A new token with this role. */
  token(role: Role): Promise<string>
  /** `edgeboot ARGS` on the same data directory; rejects with what it said when it fails. */
  run(...args: string[]): Promise<string>
  /** Makes the fleet file so; `hosts` is YAML of `hosts:`, profile `store`, installer `palette`. */
  apply(hosts: string, profile?: string): Promise<void>
  /** JSON of the control API, as admin. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  stop(): Promise<void>
  /** Starts again on the same ports. */
  start(): Promise<void>
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

/** Starts it, on free ports unless they are given; `env` besides what the tests themselves run with. */
export async function startServing(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-dashboard-'))
  const dataDirectory = join(directory, 'data')
  const home = { HOME: directory, ...env }
  let running: EdgebootProcess
  let control: { readonly url: string; readonly token: string }
  let bootUrl = ''
  const ports = (): readonly string[] =>
    bootUrl
      ? ['--boot-port', new URL(bootUrl).port, '--control-port', new URL(control.url).port]
      : ['--boot-port', '0', '--control-port', '0']

  async function start(): Promise<void> {
    const listen = ['--boot-host', '127.0.0.1', ...ports()]
    running = startEdgeboot(['--data-dir', dataDirectory, 'serve', ...listen, ...args], home)
    await running.line(/Ctrl\+C stops/)
    control = JSON.parse(readFileSync(join(dataDirectory, 'control.json'), 'utf8'))
    bootUrl = /https?:\/\/[^/ ]+(?=\/boot\.ipxe)/.exec(await running.line(/boot\.ipxe/))?.[0] ?? ''
  }

  async function run(...given: string[]): Promise<string> {
    const { code, stdout, stderr } = await runEdgeboot(['--data-dir', dataDirectory, ...given], home)
    if (code !== 0) throw new Error(`edgeboot ${given.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }

  await start()
  let tokens = 0
  return {
    directory,
    dataDirectory,
    get controlUrl() {
      return control.url
    },
    get bootUrl() {
      return bootUrl
    },
    get process() {
      return running
    },
    run,
    token: async (role) => {
      tokens += 1
      const name = `${role}-${tokens}`
      return JSON.parse(await run('--json', 'token', 'create', name, '--role', role)).token
    },
    apply: async (hosts, profile = '') => {
      writeFileSync(join(directory, 'base.yaml'), USER_DATA)
      const fleet = `apiVersion: edgeboot/v1
installers:
  palette: { iso: ${await standInIso()} }
profiles:
  store:
    installer: palette
    userData: ./base.yaml
${profile}
hosts:
${hosts}`
      writeFileSync(join(directory, 'fleet.yaml'), fleet)
      await run('apply', '-f', join(directory, 'fleet.yaml'))
    },
    api: async (method, path, body) => {
      const response = await fetch(`${control.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${control.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return JSON.parse(text)
    },
    stop: async () => {
      running.child.kill('SIGTERM')
      await running.finished
    },
    start,
    [Symbol.asyncDispose]: async () => {
      await running.kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
