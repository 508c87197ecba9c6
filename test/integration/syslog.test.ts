import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { isThere } from '../support/is-there.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const run = promisify(execFile)
const TOKEN = 'abcdefghijklmnopqrstuvwxyz234567'
const MAC = { 'edge-1': '52:54:00:00:00:01', 'edge-2': '52:54:00:00:00:02', 'edge-3': '52:54:00:00:00:03' }
type Name = keyof typeof MAC

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-syslog-'))
const data = join(directory, 'data')
let serving: EdgebootProcess
let bootPort = ''
let syslogPort = ''

beforeAll(async () => {
  serving = startEdgeboot([
    ...['--data-dir', data, 'serve', '--boot-host', '127.0.0.1', '--boot-port', '0'],
    ...['--control-port', '0', '--syslog-port', '0'],
  ])
  syslogPort = portIn(await serving.line(/^syslog on UDP/))
  bootPort = portIn(await serving.line(/^boot server on/))
  const fleetFile = join(directory, 'fleet.yaml')
  writeFileSync(fleetFile, fleetText(await standInIso()))
  const applied = await edgeboot('apply', '-f', fleetFile)
  expect(applied.stderr).not.toContain('error')
})
afterAll(async () => {
  await serving.kill()
  rmSync(directory, { recursive: true, force: true })
})

function portIn(line: string): string {
  return /127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? ''
}

function fleetText(iso: string): string {
  return `apiVersion: edgeboot/v1
installers:
  stand-in: { iso: ${iso} }
userData:
  stylus: { managementMode: local }
  install: { poweroff: true, device: /dev/vda }
profiles:
  store: { installer: stand-in }
hosts:
${Object.entries(MAC)
  .map(([name, mac]) => `  - { name: ${name}, profile: store, match: { mac: "${mac}" } }`)
  .join('\n')}
`
}

const edgeboot = (...args: readonly string[]) => runEdgeboot(['--data-dir', data, ...args])

/** As iPXE does from that address. */
async function fetchScript(from: string, path: string): Promise<string> {
  const [response] = await once(
    get(`http://127.0.0.1:${bootPort}${path}`, { localAddress: from }),
    'response',
  )
  return (await response.setEncoding('utf8').toArray()).join('')
}

async function askForScript(name: Name, from: string): Promise<void> {
  await fetchScript(from, `/ipxe?mac=${MAC[name]}&uuid=&platform=pcbios`)
}

/** Sends datagrams from that address, a turn of the event loop after each. */
async function send(from: string, ...texts: readonly string[]): Promise<void> {
  const socket = createSocket('udp4').bind(0, from)
  await once(socket, 'listening')
  for (const text of texts) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.send(text, Number(syslogPort), '127.0.0.1', (error) => (error ? reject(error) : resolve()))
    await promise
  }
  socket.close()
}

/** The log of the host as soon as it has that text; whatever was sent before it has arrived then. */
async function logWith(name: Name, text: string, sendAgain = async () => {}): Promise<string> {
  for (;;) {
    await sendAgain()
    const { stdout } = await edgeboot('host', 'logs', name, '--source', 'network', '--tail', '1MiB')
    if (stdout.includes(text)) return stdout
  }
}

/** As the kernel prints it first of all. */
const commandLine = (token: string) =>
  `[    0.000000] Kernel command line: config_url=http://10.0.2.2/h/${token}/config.yaml quiet `

describe('what hosts send is shown as their log', () => {
  test('syslog of both kinds by logger, and the kernel by netconsole', async () => {
    await askForScript('edge-1', '127.0.0.1')
    const logger = ['-n', '127.0.0.1', '-P', syslogPort, '-d', '-t', 'agent']

    await run('logger', [...logger, '--rfc3164', 'old way'])
    await run('logger', [...logger, '--rfc5424', '-p', 'daemon.err', 'new way'])
    await send(
      '127.0.0.1',
      commandLine(TOKEN).padEnd(1000, 'x'),
      ' rest\n',
      '6,416,1758426,-,ncfrag=0/12;first ',
      '6,416,1758426,-,ncfrag=6/12;second',
      '<6>ipxe: \u001b[31mthe end\u001b[0m\n',
    )
    const log = await logWith('edge-1', 'the end')

    const [, ...lines] = log.split('\n').map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''))
    expect(log.split('\n')[0]).toMatch(/ agent old way$/)
    expect(lines).toEqual([
      'agent new way',
      `kernel ${commandLine('***')}${'x'.repeat(1000 - commandLine(TOKEN).length)} rest`,
      'kernel first second',
      'ipxe the end',
      '',
    ])
    expect(statSync(join(data, 'logs', 'edge-1.log')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(data, 'logs', 'edge-1.log'), 'utf8')).not.toContain(TOKEN)
  })

  test('what iPXE says before it asks for its script is given to its host, and followed', async () => {
    expect(await fetchScript('127.0.0.2', '/boot.ipxe')).toContain('\nset syslog 127.0.0.1 ||\n')
    await send('127.0.0.2', '<6>ipxe: asking what to do')

    await askForScript('edge-2', '127.0.0.2')
    await send('127.0.0.2', '<6>ipxe: loading the kernel')

    const log = await logWith('edge-2', 'loading')
    expect(log).toMatch(/ ipxe asking what to do\n.* ipxe loading the kernel\n$/)
    const shown = await edgeboot('--json', 'host', 'logs', 'edge-2')
    expect(JSON.parse(shown.stdout)).toEqual({ host: 'edge-2', log })

    const following = startEdgeboot(['--data-dir', data, 'host', 'logs', 'edge-2', '--source', 'all', '-f'])
    const stdout = following.child.stdout ?? process.stdin
    expect((await once(stdout, 'data'))[0]).toBe(log)
    await send('127.0.0.2', '<6>ipxe: more')
    expect((await once(stdout, 'data'))[0]).toMatch(/ ipxe more\n$/)
    following.child.kill('SIGINT')
    expect((await following.finished).code).toBe(0)
  })

  test('a flood is bounded, disturbs nobody else, and its log is rotated', async () => {
    await askForScript('edge-1', '127.0.0.1')
    await askForScript('edge-3', '127.0.0.3')
    const line = `<6>noise: ${'n'.repeat(1200)}`

    // What the system itself drops while the server is busy is sent again.
    while (!isThere(join(data, 'logs', 'edge-3.log.1')))
      await send('127.0.0.3', ...Array.from({ length: 500 }, () => line))
    await logWith('edge-1', 'not disturbed', () => send('127.0.0.1', '<6>ipxe: not disturbed'))

    const end = await edgeboot('host', 'logs', 'edge-3', '--tail', '1MiB')
    expect(end.stdout).toHaveLength(1024 * 1024)
    // Right after it became the old one there is no new one yet.
    for (const file of readdirSync(join(data, 'logs')).filter((name) => name.startsWith('edge-3.')))
      expect(statSync(join(data, 'logs', file)).size).toBeLessThan(1024 * 1024 + 128 * 1024)
  })

  test('the log goes with the host', async () => {
    await askForScript('edge-3', '127.0.0.3')
    await send('127.0.0.3', '<6>ipxe: soon gone')
    await logWith('edge-3', 'soon gone')

    const { code } = await edgeboot('host', 'delete', 'edge-3', '--yes')
    const { stderr } = await edgeboot('host', 'logs', 'edge-3', '--source', 'network')

    expect(code).toBe(0)
    expect(stderr).toContain('no host edge-3')
    await expect.poll(() => isThere(join(data, 'logs', 'edge-3.log'))).toBe(false)
  })
})

test('a port that is taken is named with who has it, and all else is served', async () => {
  const holder = createSocket('udp4').bind(0, '127.0.0.1')
  await once(holder, 'listening')
  onTestFinished(() => void holder.close())
  const { port } = holder.address()

  const other = startEdgeboot([
    ...['--data-dir', join(directory, 'other'), 'serve', '--boot-host', '127.0.0.1', '--boot-port', '0'],
    ...['--control-port', '0', '--syslog-port', String(port)],
  ])
  onTestFinished(() => other.kill())

  expect(await other.line(/^syslog is not received/)).toMatch(
    new RegExp(
      `UDP port ${port} is in use by .* \\(pid ${process.pid}\\): .* --syslog-port. All else goes on`,
    ),
  )
  await other.line(/^control API on/)
  const boot = portIn(await other.line(/^boot server on/))
  const [response] = await once(get(`http://127.0.0.1:${boot}/boot.ipxe`), 'response')
  expect((await response.setEncoding('utf8').toArray()).join('')).not.toContain('set syslog')
})

test('a port that is none is refused', async () => {
  const { code, stderr } = await edgeboot('serve', '--syslog-port', 'on')

  expect([code, stderr]).toEqual([2, expect.stringContaining('a port, for example 514, or off')])
})
