import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { PROGRAM } from '../support/program.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-cli-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let iso: string
beforeAll(async () => {
  iso = await standInIso()
})

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}
const goodUserData = () =>
  file('good.yaml', '#cloud-config\ninstall:\n  poweroff: true\n  device: /dev/vda\n')

describe('edgeboot serve', () => {
  test('serves the classic names, the script and the user-data of one ISO until it is stopped', async () => {
    const serving = startEdgeboot([
      'serve',
      iso,
      '--user-data',
      goodUserData(),
      '--boot-host',
      '127.0.0.1',
      '--boot-port',
      '0',
    ])
    const url = /http:\S+/.exec(await serving.line(/chain http/))?.[0] ?? ''
    const base = url.replace('/palette.ipxe', '')

    const script = await (await fetch(url)).text()
    const host = await (await fetch(`${base}/ipxe?mac=52:54:00:00:00:09&uuid=x`)).text()
    const config = await (await fetch(`${base}/config.yaml`)).text()
    const kernel = await fetch(`${base}/palette-kernel`)
    const head = new Uint8Array(await kernel.arrayBuffer())
    serving.child.kill('SIGINT')
    const { code, stderr } = await serving.finished

    // Only addresses it listens on; and what everybody can read is said.
    expect(stderr.match(/chain http:\S+/g)).toEqual([`chain ${url}`])
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect(stderr).toMatch(/anyone who reaches this server can read the user-data/)
    expect(script).toContain(`${base}/ipxe?mac=`)
    expect(host).toContain(`root=live:${base}/palette.squashfs`)
    expect(config).toBe('#cloud-config\ninstall:\n  poweroff: true\n  device: /dev/vda\n')
    expect(new TextDecoder().decode(head.subarray(0x202, 0x206))).toBe('HdrS')
    expect(Number(kernel.headers.get('content-length'))).toBe(head.length)
    expect(code).toBe(0)
  })
})

describe('the command line', () => {
  test.each([
    [['up']],
    [['up', 'x.iso', '--user-dta', 'y']],
    [['up', 'x.iso', '--user-data', 'y', '--memory', '32']],
    [['up', 'x.iso', '--user-data', 'y', '--boot', 'typed', '--firmware', 'uefi']],
    [['up', 'x.iso', '--user-data', 'y', '--kernel', '/k']],
    [['nothing']],
    [['up', 'x.iso', '--user-data', '/does/not/exist']],
  ])('%j is wrong usage: exit code 2 and a message', async (args) => {
    const { code, stderr } = await runEdgeboot(['--data-dir', join(directory, 'unused'), ...args])

    expect(code).toBe(2)
    expect(stderr.length).toBeGreaterThan(20)
    expect(stderr).not.toContain('    at ')
  })

  test('a missing ISO is named', async () => {
    const { code, stderr } = await runEdgeboot(['up', '/does/not/exist.iso', '--user-data', goodUserData()])

    expect(code).toBe(2)
    expect(stderr).toContain('/does/not/exist.iso')
  })

  test('with --json an error is one document on stdout', async () => {
    const { code, stdout } = await runEdgeboot(['--json', 'installer', 'inspect', '/does/not/exist.iso'])

    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.code).toBe('blob.not-found')
  })

  test('help shows examples for every command', async () => {
    for (const command of [
      ['up'],
      ['serve'],
      ['demo'],
      ['installer', 'inspect'],
      ['media', 'build'],
      ['user-data', 'validate'],
    ]) {
      const { code, stdout } = await runEdgeboot([...command, '--help'])

      expect(code).toBe(0)
      expect(stdout).toContain('$ edgeboot')
    }
  })

  test('a settings file fills in what is not given, and an unknown setting leads to the known one', async () => {
    const bad = file('bad-settings.yaml', 'memory: 8GiB\nboot-prot: 9000\n')
    const wrongValue = file('wrong-settings.yaml', 'memory: lots\n')
    const args = ['up', 'x.iso', '--user-data', 'y']

    const unknown = await runEdgeboot(['--config', bad, ...args])
    const invalid = await runEdgeboot(['--config', wrongValue, ...args])

    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toMatch(
      /bad-settings\.yaml:2: there is no setting boot-prot; did you mean boot-port\?/,
    )
    expect(invalid.stderr).toContain('--memory lots')
  })

  test('a settings file is read whole from a shell too, and a named pipe is refused instead of waited for', async () => {
    const pipe = join(directory, 'settings-pipe')
    execFileSync('mkfifo', [pipe])
    const handedOver = `"$0" "$1" --config <(printf 'boot-port: 9000\\n'; sleep 0.2; printf 'memory: lots\\n') up x.iso --user-data y`

    const fromShell = spawnSync('bash', ['-c', handedOver, process.execPath, PROGRAM], { encoding: 'utf8' })
    const waiting = await runEdgeboot(['--config', pipe, 'host', 'list'])
    const none = await runEdgeboot(['--config', join(directory, 'none.yaml'), 'host', 'list'])

    expect([fromShell.status, fromShell.stderr]).toEqual([2, expect.stringContaining('--memory lots')])
    expect([waiting.code, waiting.stderr]).toEqual([2, expect.stringMatching(/named pipe.*config\.invalid/s)])
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/none\.yaml: there is no such file/)])
  })

  test('a setting can come from the environment', async () => {
    const { code, stderr } = await runEdgeboot(['up', 'x.iso', '--user-data', 'y'], {
      EDGEBOOT_MEMORY: 'lots',
    })

    expect(code).toBe(2)
    expect(stderr).toContain('lots')
  })

  test('user-data is validated with file, line and fix', async () => {
    const bad = file(
      'bad.yaml',
      '#cloud-config\nstylus:\n  site:\n    paletteEndpoint: https://api.example.com\n',
    )

    const { code, stdout } = await runEdgeboot(['user-data', 'validate', bad])

    expect(code).toBe(2)
    expect(stdout).toContain(`${bad}:4:5 error endpoint`)
    expect(stdout).toContain('write api.example.com')
  })
})
