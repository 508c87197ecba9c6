import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import { createMemorySessions } from '../../src/adapters/store-memory/memory-sessions.ts'
import { openServerCertificate } from '../../src/adapters/tls-x509/server-certificate.ts'
import { Failure } from '../../src/domain/failure.ts'
import { type ControlServerOptions, openControlServer } from '../../src/servers/http-api/control-server.ts'
import { runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import {
  aHostView,
  createFakeAuthenticator,
  createFakeControlDesk,
  TOKENS,
} from '../support/fake-control-desk.ts'
import { PROGRAM } from '../support/program.ts'
import { createSilentLog } from '../support/silent-log.ts'

const actor = 'token:operator-1'

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-fleet-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A control server over the fake desk, announced in a data directory as `edgeboot serve` does. */
async function openServer(options: Partial<ControlServerOptions> = {}) {
  const desk = createFakeControlDesk()
  const directory = aDirectory()
  const start = (port = 0) =>
    openControlServer({
      desk,
      authenticator: createFakeAuthenticator(),
      sessions: createMemorySessions(),
      audit: async () => undefined,
      clock: createSystemClock(),
      random: createCryptoRandom(),
      log: createSilentLog(),
      port,
      limits: { closeGraceMs: 50 },
      ...options,
    })
  const server = await start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const announce = (given: object = {}): void =>
    writeFileSync(
      join(directory, 'control.json'),
      JSON.stringify({ url: server.url, token: TOKENS.operator, pid: process.pid, ...given }),
      { mode: 0o600 },
    )
  announce()
  const run = (...args: string[]) => runEdgeboot(['--data-dir', directory, ...args])
  return { announce, desk, directory, run, server, start }
}

/** A fleet file of a profile and its layer. */
function aFleet(hosts: string, layer = '#cloud-config\nstylus:\n  site:\n    edgeHostToken: s3cret-token\n') {
  const directory = aDirectory()
  writeFileSync(join(directory, 'base.yaml'), layer)
  const path = join(directory, 'fleet.yaml')
  writeFileSync(
    path,
    `apiVersion: edgeboot/v1
installers:
  palette: { iso: ./installer.iso }
profiles:
  store: { installer: palette, userData: ./base.yaml }
hosts:
${hosts}`,
  )
  return path
}
const ONE_HOST = '  - { name: edge-1, profile: store, match: { mac: "52:54:00:00:00:01" } }\n'

describe('edgeboot plan and apply', () => {
  test('say in words what changes, and make it so', async () => {
    const { desk, run } = await openServer()
    const fleet = aFleet(ONE_HOST)

    const plan = await run('plan', '-f', fleet)
    const applied = await run('apply', '-f', fleet, '--prune', '--if-version', 'v1')
    const late = await run('apply', '-f', fleet, '--if-version', 'v1')

    expect(plan).toMatchObject({
      code: 0,
      stdout: '+ host edge-1: it is new\nplan: 1 to create, 0 unchanged; against version v1\n',
    })
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringMatching(/version v2\n$/)])
    expect(desk.calls).toEqual([
      [
        'applyFleet',
        expect.objectContaining({ hosts: [expect.objectContaining({ name: 'edge-1', profile: 'store' })] }),
        expect.objectContaining({ prune: true, ifVersion: 'v1', actor }),
      ],
    ])
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('[fleet.changed]')])
  })

  test('print one document with --json', async () => {
    const { run } = await openServer()
    const fleet = aFleet(ONE_HOST)

    const plan = await run('--json', 'plan', '-f', fleet)
    const applied = await run('apply', '--json', '-f', fleet)

    expect(JSON.parse(plan.stdout)).toMatchObject({ version: 'v1', changes: [{ name: 'edge-1' }] })
    expect(JSON.parse(applied.stdout)).toMatchObject({ version: 'v2' })
  })

  test.each([
    [
      'a key nobody knows',
      ONE_HOST.replace('profile:', 'profil:'),
      undefined,
      /fleet\.yaml:7:\d+: .*profile/,
    ],
    [
      'no such file of a layer',
      ONE_HOST.replace('{ name', '{ userData: ./none.yaml, name'),
      undefined,
      /none\.yaml/,
    ],
    [
      'wrong user-data',
      ONE_HOST,
      '#cloud-config\ninstall:\n  poweroff: sure\n',
      /base\.yaml:3:3: user-data of edge-1/,
    ],
  ])('refuse %s before any server is asked, with the place', async (_what, hosts, layer, place) => {
    const { code, stderr } = await runEdgeboot([
      '--data-dir',
      aDirectory(),
      'plan',
      '-f',
      aFleet(hosts, layer),
    ])

    expect(code).toBe(2)
    expect(stderr).toMatch(place)
    expect(stderr).not.toContain('    at ')
  })

  test('pass on what the server refuses', async () => {
    const { desk, run } = await openServer()
    desk.failNext = new Failure('fleet.invalid', 'host edge-1: memory 1MiB is too little')

    const { code, stderr } = await run('plan', '-f', aFleet(ONE_HOST))

    expect([code, stderr]).toEqual([2, expect.stringContaining('memory 1MiB is too little')])
  })

  test('say that no server runs, and how to start one', async () => {
    const directory = aDirectory()

    const { code, stderr } = await runEdgeboot(['--data-dir', directory, 'apply', '-f', aFleet(ONE_HOST)])

    expect(code).toBe(1)
    expect(stderr).toContain(`no edgeboot serve runs on ${directory}; start it with: edgeboot serve`)
  })

  test('wait until the hosts of the file are ready or failed, whatever happens to others', async () => {
    const { desk, directory } = await openServer()
    desk.hostViews = [aHostView(), aHostView({ name: 'edge-2' }), aHostView({ name: 'other' })]
    const fleet = aFleet(`${ONE_HOST}${ONE_HOST.replace('edge-1', 'edge-2').replace(':01"', ':02"')}`)
    const waiting = startEdgeboot(['--data-dir', directory, '--json', 'apply', '-f', fleet, '--wait'])
    await desk.whenListening(1)

    desk.tell({ type: 'phase.changed', data: { from: 'defined', to: 'script' } })
    await waiting.line(/edge-1 {2}script/)
    const failure = { phase: 'kernel', reason: 'lost\u001b[2J' } as const
    desk.hostViews = [
      aHostView({ phase: 'ready' }),
      aHostView({ name: 'edge-2', phase: 'failed', failure }),
      aHostView({ name: 'other' }),
    ]
    desk.tell({ host: 'edge-2', type: 'host.failed', data: failure })
    desk.tell({ host: 'edge-2', type: 'phase.changed', data: { from: 'kernel', to: 'failed' } })
    desk.tell({ type: 'phase.changed', data: { from: 'disk-boot', to: 'ready' } })
    const { code, stdout, stderr } = await waiting.finished

    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      version: 'v2',
      hosts: [
        { name: 'edge-1', result: 'ready' },
        { name: 'edge-2', result: 'failed', reason: 'lost?[2J' },
      ],
    })
    expect(stderr).not.toContain('\u001b')
    expect(stderr).not.toContain('other')
  })

  test('waiting ends with the time given, and names who is missing', async () => {
    const { desk, run } = await openServer()
    desk.hostViews = [aHostView({ waitsFor: 'approval' })]

    const { code, stderr } = await run('apply', '-f', aFleet(ONE_HOST), '--wait', '--timeout', '2s')

    expect(code).toBe(1)
    expect(stderr).toContain('waits for approval')
    expect(stderr).toMatch(/1 of 1 hosts are not ready after 2 s: edge-1/)
  })

  test('waiting can be left; the server goes on', async () => {
    const { desk, directory } = await openServer()
    const waiting = startEdgeboot(['--data-dir', directory, 'apply', '-f', aFleet(ONE_HOST), '--wait'])
    await desk.whenListening(1)

    waiting.child.kill('SIGINT')
    const { code, stderr } = await waiting.finished

    expect([code, stderr]).toEqual([1, expect.stringContaining('the server goes on')])
  })
})

describe('edgeboot host', () => {
  test('list and show ask the server, and select', async () => {
    const { desk, run } = await openServer()
    desk.hostViews = [
      aHostView({ profile: 'store', mac: '52:54:00:00:00:01' }),
      aHostView({ name: 'edge-2', phase: 'failed', failure: { phase: 'kernel', reason: 'lost \u001b[2J' } }),
    ]

    const table = await run('host', 'list')
    const failed = await run('--json', 'host', 'list', '--phase', 'failed')
    const shown = await run('host', 'show', 'edge-1')
    const json = await run('--json', 'host', 'show', 'edge-1')
    const nobody = await run('host', 'show', 'edge-9')
    const wrong = await run('host', 'list', '--label', '=x')

    expect(table.stdout).toMatch(
      /^HOST.*\nedge-1 +store +- +52:54:00:00:00:01.*\nedge-2 .*failed: lost \?\[2J\n$/,
    )
    const { hosts } = JSON.parse(failed.stdout)
    expect(hosts).toMatchObject([{ name: 'edge-2', result: 'failed', reason: expect.any(String), bytes: 5 }])
    expect(shown.stdout).toMatch(/label site +berlin/)
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'edge-1', result: 'unfinished', events: [] })
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('no host edge-9')])
    expect(wrong.code).toBe(2)
  })

  test('every action reaches the server, in the name of the token', async () => {
    const { desk, run } = await openServer()

    const finished = [
      await run('host', 'power', 'edge-1', 'reset'),
      await run('host', 'reinstall', 'edge-1', '--yes'),
      await run('host', 'arm', 'edge-1', '--for', '45m'),
      await run('host', 'approve', 'edge-1'),
      await run('host', 'retry', 'edge-1'),
      await run('host', 'delete', 'edge-1', '-y'),
      await run('host', 'adopt', 'd1', 'edge-7', '--profile', 'store'),
      await run('host', 'forget', 'd1'),
    ]

    expect(finished.map(({ code }) => code)).toEqual(Array(8).fill(0))
    expect(desk.calls).toEqual([
      ['power', 'edge-1', 'reset', actor],
      ['reinstall', 'edge-1', actor],
      ['arm', 'edge-1', 2_700_000, actor],
      ['approve', 'edge-1', actor],
      ['retry', 'edge-1', actor],
      ['deleteHost', 'edge-1', actor],
      ['adopt', 'd1', { name: 'edge-7', profile: 'store' }, actor],
      ['forget', 'd1', actor],
    ])
  })

  test('what cannot be undone is refused where nobody can be asked', async () => {
    const { desk, run } = await openServer()

    for (const command of ['reinstall', 'delete']) {
      const { code, stderr } = await run('host', command, 'edge-1')
      expect([code, stderr]).toEqual([2, expect.stringContaining('--yes')])
    }

    expect(desk.calls).toEqual([])
  })

  test.each([
    ['y\n', 0, 1],
    ['n\n', 1, 0],
    ['\u0003', 1, 0],
    ['\u0004', 1, 0],
  ])('on a terminal it asks, and the answer %j counts', async (answer, code, calls) => {
    const { desk, directory } = await openServer()
    const command = `'${process.execPath}' '${PROGRAM}' --data-dir '${directory}' host reinstall edge-1`
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
    let shown = ''
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!shown.includes('[y/N]') && (shown + text).includes('[y/N]')) terminal.stdin.write(answer)
      shown += text
    })

    const [ended] = await once(terminal, 'close')

    expect(shown).toContain('everything on its disk is lost')
    expect([ended, desk.calls.length]).toEqual([code, calls])
  })

  test('watch tells each event as one line of JSON until it is stopped', async () => {
    const { desk, directory } = await openServer()
    desk.hostViews = [aHostView(), aHostView({ name: 'edge-2' })]
    const watching = startEdgeboot(['--data-dir', directory, '--json', 'host', 'watch', 'edge-1'])
    await desk.whenListening(1)
    const lines: string[] = []
    const third = Promise.withResolvers<void>()
    watching.child.stdout?.on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line !== ''))
      if (lines.length >= 3) third.resolve()
    })

    desk.tell()
    desk.tell({ host: 'edge-2' })
    desk.tellProgress()
    desk.tell({ type: 'host.approved', data: { by: 'x' } })
    await third.promise
    watching.child.kill('SIGINT')
    const { code } = await watching.finished

    expect(code).toBe(0)
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      'machine.created',
      'artifact.progress',
      'host.approved',
    ])
  })

  test('watch goes on over a restart of the server, and says so', async () => {
    const { desk, directory, server, start } = await openServer()
    const watching = startEdgeboot(['--data-dir', directory, '--json', 'host', 'watch'])
    await desk.whenListening(1)

    await server[Symbol.asyncDispose]()
    await watching.line(/trying again/)
    await using _again = await start(server.port)
    await desk.whenListening(1)
    desk.tell()
    const [text] = await once(watching.child.stdout ?? process.stdin, 'data')
    watching.child.kill('SIGINT')

    expect(JSON.parse(text)).toMatchObject({ host: 'edge-1', type: 'machine.created' })
    expect((await watching.finished).code).toBe(0)
  })

  test('watch goes on when the server has another token after its restart, as servers of this machine do', async () => {
    const authenticator = createFakeAuthenticator()
    const { announce, desk, directory, server, start } = await openServer({ authenticator })
    const watching = startEdgeboot(['--data-dir', directory, '--json', 'host', 'watch'])
    await desk.whenListening(1)

    await server[Symbol.asyncDispose]()
    await watching.line(/trying again/)
    authenticator.revoke(TOKENS.operator)
    announce({ token: TOKENS.admin })
    await using _again = await start(server.port)
    await desk.whenListening(1)
    desk.tell()
    const [text] = await once(watching.child.stdout ?? process.stdin, 'data')
    watching.child.kill('SIGINT')

    expect(JSON.parse(text)).toMatchObject({ host: 'edge-1', type: 'machine.created' })
    expect((await watching.finished).code).toBe(0)
  })

  test('watch of one phase follows hosts as long as they are in it', async () => {
    const { desk, directory } = await openServer()
    desk.hostViews = [
      aHostView({ phase: 'kernel' }),
      aHostView({ name: 'edge-2', phase: 'kernel' }),
      aHostView({ name: 'edge-3', phase: 'ready' }),
    ]
    const watching = startEdgeboot(['--data-dir', directory, '--json', 'host', 'watch', '--phase', 'kernel'])
    await desk.whenListening(1)
    const told: string[] = []
    const last = Promise.withResolvers<void>()
    watching.child.stdout?.on('data', (text: string) => {
      for (const line of text.split('\n').filter((one) => one !== '')) {
        const { host, type } = JSON.parse(line)
        told.push(`${host} ${type}`)
        if (host === 'edge-2') last.resolve()
      }
    })

    const approved = { type: 'host.approved', data: { by: 'x' } } as const
    desk.tell({ ...approved, host: 'edge-3' })
    desk.tell({ type: 'phase.changed', data: { from: 'kernel', to: 'initrd' } })
    desk.tell(approved)
    desk.tell({ ...approved, host: 'edge-2' })
    await last.promise
    watching.child.kill('SIGINT')
    await watching.finished

    expect(told).toEqual(['edge-1 phase.changed', 'edge-2 host.approved'])
  })

  test('watch of a host that is not there is refused', async () => {
    const { run } = await openServer()

    const { code, stderr } = await run('host', 'watch', 'edge-9')

    expect([code, stderr]).toEqual([2, expect.stringContaining('no host edge-9')])
  })

  test('logs end where the console ends, or go on with it', async () => {
    const { desk, directory, run } = await openServer()
    let log = 'one\r\ntwo\r\n'
    desk.hostLog = async (_name, _source, tailBytes) => log.slice(-tailBytes)

    const end = await run('host', 'logs', 'edge-1', '--tail', '5')
    const json = await run('--json', 'host', 'logs', 'edge-1')
    const both = await run('--json', 'host', 'logs', 'edge-1', '--follow')
    const following = startEdgeboot(['--data-dir', directory, 'host', 'logs', 'edge-1', '-f'])
    const stdout = following.child.stdout ?? process.stdin
    const first = (await once(stdout, 'data'))[0]
    log += 'three\r\n'
    const second = (await once(stdout, 'data'))[0]
    following.child.kill('SIGINT')

    expect(end.stdout).toBe('two\r\n')
    expect(JSON.parse(json.stdout)).toEqual({ host: 'edge-1', log: 'one\r\ntwo\r\n' })
    expect(both.code).toBe(2)
    expect([first, second]).toEqual(['one\r\ntwo\r\n', 'three\r\n'])
    expect((await following.finished).code).toBe(0)
  })

  test('a screenshot is written to a file', async () => {
    const { directory, run } = await openServer()
    const out = join(directory, 'edge-1.png')

    const written = await run('host', 'screenshot', 'edge-1', '--out', out)
    const nowhere = await run('host', 'screenshot', 'edge-1', '--out', '/does/not/exist.png')

    expect(written.code).toBe(0)
    expect([...readFileSync(out)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--out /does/not/exist.png')])
  })

  test('discovered machines are listed with what they told', async () => {
    const { run } = await openServer()

    const table = await run('host', 'discovered')
    const json = await run('--json', 'host', 'discovered')

    expect(table.stdout).toMatch(/d1 +192\.0\.2\.7 .*52:54:00:00:00:02/)
    expect(JSON.parse(json.stdout).discovered).toMatchObject([{ id: 'd1' }])
  })

  test('without a server lists come from the data directory, and what needs one says so', async () => {
    const directory = aDirectory()
    const run = (...args: string[]) => runEdgeboot(['--data-dir', directory, ...args])
    await run('token', 'create', 'first', '--role', 'viewer')

    expect(JSON.parse((await run('--json', 'host', 'list')).stdout)).toEqual({ hosts: [] })
    expect((await run('host', 'show', 'edge-1')).code).toBe(2)
    for (const args of [['list', '--profile', 'store'], ['watch'], ['power', 'edge-1', 'on']]) {
      const { code, stderr } = await run('host', ...args)
      expect([code, stderr]).toEqual([1, expect.stringContaining('start it with: edgeboot serve')])
    }
  })
})

describe('a server elsewhere', () => {
  test('is asked over TLS with the authority and the token given', async () => {
    const certificate = await openServerCertificate({
      directory: aDirectory(),
      names: ['edgeboot.example'],
      clock: createSystemClock(),
    })
    const { server } = await openServer({ tls: certificate })
    const directory = aDirectory()
    const ca = join(directory, 'ca.pem')
    writeFileSync(ca, certificate.authorityPem ?? '')
    const list = ['--data-dir', directory, '--json', 'host', 'list', '--server', server.url]

    const trusted = await runEdgeboot([...list, '--server-ca', ca], { EDGEBOOT_TOKEN: TOKENS.viewer })
    const untrusted = await runEdgeboot(list, { EDGEBOOT_TOKEN: TOKENS.viewer })
    const nobody = await runEdgeboot([...list, '--server-ca', ca])
    const wrong = await runEdgeboot([...list, '--server-ca', ca], { EDGEBOOT_TOKEN: 'ebt_wrong' })

    expect(JSON.parse(trusted.stdout).hosts).toHaveLength(1)
    expect([untrusted.code, untrusted.stdout]).toEqual([1, expect.stringContaining('not trusted')])
    expect([nobody.code, nobody.stdout]).toEqual([2, expect.stringContaining('EDGEBOOT_TOKEN')])
    expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringContaining('auth.required')])
    expect(wrong.stdout + wrong.stderr).not.toContain('ebt_wrong')
  })

  test('a viewer may look, and is told why no more', async () => {
    const { announce, run } = await openServer()
    announce({ token: TOKENS.viewer })

    const looked = await run('host', 'list')
    const acted = await run('host', 'power', 'edge-1', 'off')

    expect(looked.code).toBe(0)
    expect([acted.code, acted.stderr]).toEqual([1, expect.stringContaining('[auth.forbidden]')])
  })
})

describe('edgeboot user-data render', () => {
  test('shows the document with secrets masked, and without when asked', async () => {
    const fleet = aFleet(ONE_HOST)

    const masked = await runEdgeboot(['user-data', 'render', '-f', fleet, 'edge-1'])
    const whole = await runEdgeboot(['user-data', 'render', 'edge-1', '-f', fleet, '--show-secrets'])

    expect([masked.code, masked.stdout]).toEqual([0, expect.stringMatching(/^#cloud-config\nstylus:\n/)])
    expect(masked.stdout + masked.stderr).not.toContain('s3cret')
    expect(whole.stdout).toContain('s3cret-token')
    expect(masked.stderr).toMatch(/base\.yaml:4:\d+ warning token-endpoint /)
  })

  test('explains where each value came from', async () => {
    const fleet = aFleet(ONE_HOST)

    const table = await runEdgeboot(['user-data', 'render', '-f', fleet, 'edge-1', '--explain'])
    const json = await runEdgeboot(['--json', 'user-data', 'render', '-f', fleet, 'edge-1', '--explain'])

    expect(table.stdout).toMatch(/stylus\.site\.edgeHostToken \(secret\) +profile store +\S+base\.yaml:4\n/)
    expect(JSON.parse(json.stdout)).toMatchObject({
      host: 'edge-1',
      explain: [{ path: 'stylus.site.edgeHostToken', secret: true, place: { line: 4 } }],
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'token-endpoint' })]),
    })
  })

  test('an error in a layer is named there, and is exit code 2', async () => {
    const fleet = aFleet(ONE_HOST, '#cloud-config\ninstall:\n  device: /dev/vda\n  poweroff: sure\n')

    const { code, stderr } = await runEdgeboot(['user-data', 'render', '-f', fleet, 'edge-1'])

    expect(code).toBe(2)
    expect(stderr).toMatch(/base\.yaml:4:3 error type /)
  })

  test('a host the fleet has not is wrong usage', async () => {
    const { code, stderr } = await runEdgeboot(['user-data', 'render', '-f', aFleet(ONE_HOST), 'edge-9'])

    expect([code, stderr]).toEqual([2, expect.stringContaining('no host edge-9')])
  })
})
