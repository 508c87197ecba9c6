import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Finding } from '../../src/domain/doctor/finding.ts'
import { openPaletteSimulator } from '../simulators/palette-api.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-doctor-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function doctor(directory: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const place = ['--data-dir', join(directory, 'data'), '--no-dhcp-probe', '--json', '--boot-port', '0']
  const { stdout, stderr, code } = await runEdgeboot(['doctor', ...place, ...args], env)
  const { findings = [] }: { findings?: Finding[] } = stdout === '' ? {} : JSON.parse(stdout)
  return { code, stdout, stderr, about: (name: string) => findings.filter((one) => one.name === name) }
}

/** The stand-in ISO has a configuration of its own. */
const BUILT_IN = expect.objectContaining({
  verdict: 'warning',
  detail: expect.stringContaining('is built into this ISO'),
  remedy: 'give it with --user-data instead',
})

describe('an ISO', () => {
  test('is looked into, and held against the memory of hosts: too little ends with 1', async () => {
    const directory = aDirectory()
    const iso = await standInIso()

    const enough = await doctor(directory, ['--iso', iso, '--memory', '8GiB', '--count', '3'])
    expect(enough.about(`installer ${iso}`)).toEqual([
      expect.objectContaining({ verdict: 'good', detail: expect.stringMatching(/^kairos, x86_64, kernel /) }),
      BUILT_IN,
    ])
    expect(enough.about(`memory for ${iso}`)[0]?.verdict).toBe('good')
    expect(enough.code).toBe(0)

    const poor = await doctor(directory, ['--iso', iso, '--memory', '256MiB'])
    expect(poor.about(`memory for ${iso}`)[0]).toMatchObject({
      verdict: 'bad',
      detail: expect.stringMatching(/too little: each host 256 MiB$/),
    })
    expect(poor.code).toBe(1)
    expect(existsSync(join(directory, 'data')), 'nothing was made').toBe(false)
  })

  test('that is none is bad', async () => {
    const directory = aDirectory()
    const file = join(directory, 'none.iso')
    writeFileSync(file, 'no ISO')

    const { about, code } = await doctor(directory, ['--iso', file])

    expect(about(`installer ${file}`)[0]?.verdict).toBe('bad')
    expect(code).toBe(1)
  })

  test('that was registered is looked at too, and whether it is still the same', async () => {
    const directory = aDirectory()
    const iso = join(directory, 'own.iso')
    copyFileSync(await standInIso(), iso)
    const add = ['installer', 'add', iso, '--data-dir', join(directory, 'data')]
    expect((await runEdgeboot(add)).code).toBe(0)
    const before = readdirSync(join(directory, 'data')).toSorted()

    const same = await doctor(directory, [])
    expect(same.about('installer own')).toEqual([expect.objectContaining({ verdict: 'good' }), BUILT_IN])
    expect(readdirSync(join(directory, 'data')).toSorted()).toEqual(before)
    appendFileSync(iso, 'more')
    expect((await doctor(directory, [])).about('installer own')).toContainEqual(
      expect.objectContaining({ detail: `${iso} has changed since it was registered` }),
    )
    rmSync(iso)
    const gone = await doctor(directory, [])
    expect([gone.code, gone.about('installer own')[0]?.verdict]).toEqual([1, 'bad'])
  })
})

describe('the address for hosts', () => {
  test.each([
    ['127.0.0.1', 'bad', 1],
    ['no-such-name.invalid', /bad|warning/, undefined],
    ['203.0.113.9', 'warning', 0],
  ] as const)('%s', async (advertise, verdict, wanted) => {
    const { about, code } = await doctor(aDirectory(), ['--advertise', advertise])

    const [finding] = about('address for hosts')
    expect(finding?.detail).toMatch(new RegExp(`^http://${advertise.replaceAll('.', '\\.')}: `))
    expect(finding?.verdict).toMatch(verdict)
    if (wanted !== undefined) expect(code).toBe(wanted)
  })
})

describe('Palette', () => {
  test('is not asked where nobody set it up', async () => {
    const { about } = await doctor(aDirectory(), [])

    expect(about('Palette')).toEqual([])
  })

  test('takes a key and knows a project, or does not: that ends with 1, without the key in any output', async () => {
    await using simulator = await openPaletteSimulator()
    simulator.addProject('stores', 'Stores')
    const at = ['--palette-endpoint', simulator.url, '--palette-project']
    const key = { EDGEBOOT_PALETTE_API_KEY: simulator.apiKey }

    const good = await doctor(aDirectory(), [...at, 'stores'], key)
    const lost = await doctor(aDirectory(), [...at, 'shops'], key)
    const wrong = await doctor(aDirectory(), [...at, 'stores'], {
      EDGEBOOT_PALETTE_API_KEY: 'wrong-key-0123',
    })

    expect(good.code).toBe(0)
    expect(good.about('project in Palette')[0]?.detail).toBe('stores, Stores')
    expect(good.about('clock of Palette')[0]?.verdict).toBe('good')
    expect([lost.code, lost.about('project in Palette')[0]?.verdict]).toEqual([1, 'bad'])
    expect([wrong.code, wrong.about('API key of Palette')[0]?.verdict]).toEqual([1, 'bad'])
    for (const { stdout, stderr } of [good, lost, wrong])
      expect(stdout + stderr).not.toMatch(new RegExp(`${simulator.apiKey}|wrong-key-0123`))
  })

  test('with a clock of its own is told of, and one that nobody reaches is bad', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() - 600_000).toUTCString())
      response.writeHead(401, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo

    const late = await doctor(aDirectory(), ['--palette-endpoint', `http://127.0.0.1:${port}`])
    expect(late.about('clock of Palette')[0]).toMatchObject({
      verdict: 'warning',
      detail: expect.stringMatching(/^(599|600) s behind ours$/),
    })
    server.close()
    const gone = await doctor(aDirectory(), ['--palette-endpoint', 'http://127.0.0.1:1'])
    expect([gone.code, gone.about('Palette')[0]?.verdict]).toEqual([1, 'bad'])
  })
})

describe('programs of this computer', () => {
  /** A folder with programs of these names, in front of all others. */
  function withPrograms(directory: string, programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    for (const [name, script] of Object.entries(programs))
      writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return { PATH: `${directory}:${process.env['PATH']}` }
  }
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/firewall/${name}`, import.meta.url))
  const firewall = async (programs: Readonly<Record<string, string>>) => {
    const directory = aDirectory()
    const args = ['--boot-port', '8100']
    return (await doctor(directory, args, withPrograms(directory, programs))).about('firewall')
  }

  test('that show a firewall give a hint', async () => {
    expect(await firewall({ nft: `exec cat ${fixture('nft-1.0.6.json')}` })).toEqual([
      expect.objectContaining({
        verdict: 'warning',
        detail: expect.stringMatching(
          /^what comes to TCP 8100 seems to be dropped \(chain input of table inet filter\)/,
        ),
      }),
    ])
  })

  test('rules that iptables made are read as it shows them', async () => {
    const programs = {
      nft: `exec cat ${fixture('nft-1.0.6-of-iptables.json')}`,
      'iptables-save': `exec cat ${fixture('iptables-save-1.8.9.txt')}`,
    }
    const [found] = await firewall(programs)

    expect(found?.detail).toMatch(/^what comes to TCP 8100 seems to be dropped \(chain INPUT of iptables\)/)
  })

  test.each([
    ['refuses', 'echo "Operation not permitted (you must be root)" >&2; exit 1', /not permitted/],
    ['writes something else', 'echo no rules', /no JSON/],
  ])('a firewall that %s could not be looked at', async (_what, nft, why) => {
    expect(await firewall({ nft, 'iptables-save': 'exit 1' })).toEqual([
      {
        name: 'firewall',
        verdict: 'warning',
        detail: expect.stringMatching(why),
        remedy: expect.stringContaining('as root'),
      },
    ])
  })

  test.each([
    ['yes', 'good', 'kept by a time server'],
    ['no', 'warning', 'no time server keeps it'],
  ])('a clock of which timedatectl says %s', async (said, verdict, detail) => {
    const directory = aDirectory()

    const { about } = await doctor(directory, [], withPrograms(directory, { timedatectl: `echo ${said}` }))

    expect(about('clock here')).toEqual([
      expect.objectContaining({ verdict, detail: expect.stringContaining(detail) }),
    ])
  })
})

test('machines here are held against room and memory', async () => {
  const args = ['--driver', 'qemu', '--count', '1000', '--disk', '300TiB', '--memory', '1TiB']

  const { about } = await doctor(aDirectory(), args)

  expect([...about('room for disks'), ...about('memory for machines')].map(({ verdict }) => verdict)).toEqual(
    ['warning', 'warning'],
  )
})

test('whole GiB of disk are asked for', async () => {
  const { code, stdout } = await doctor(aDirectory(), ['--disk', '1500MiB'])

  expect([code, stdout]).toEqual([2, expect.stringContaining('expected whole GiB')])
})
