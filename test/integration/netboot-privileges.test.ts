import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveInLab, statusOf } from '../support/lab-serve.ts'
import { type NetbootLab, openNetbootLab } from '../support/netboot-lab.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const UNIT = fileURLToPath(new URL('../../packaging/systemd/edgeboot.service', import.meta.url))
const NOBODY = 65534
const ARGS = ['--dhcp', 'proxy', '--dhcp-interface', 'br0', '--ipxe', '/usr/lib/ipxe'] as const
const ONLY = '-all,+net_bind_service'
/** Bit 10 (capabilities(7)). */
const NET_BIND_SERVICE = 0x400n

let lab: NetbootLab
let fleet: string
beforeAll(async () => {
  lab = await openNetbootLab()
  // Others have to get into it, and to read the ISO.
  chmodSync(lab.directory, 0o755)
  const iso = join(lab.directory, 'stand-in.iso')
  copyFileSync(await standInIso(), iso)
  chmodSync(iso, 0o644)
  fleet = `apiVersion: edgeboot/v1
installers:
  stand-in: { iso: ${iso} }
profiles:
  box: { installer: stand-in, userData: { stylus: { managementMode: local } } }
hosts:
  - { name: box, profile: box, match: { mac: "52:54:00:77:04:01" } }
`
})
afterAll(async () => await lab[Symbol.asyncDispose]())

/** Real, effective, saved and file system uid of each thread. */
function uidsOf(pid: number | undefined): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')
    return (/^Uid:\s*(.*)$/m.exec(status)?.[1] ?? '').split('\t')
  })
}

function ownersBelow(directory: string): readonly number[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return ['', ...names].map((name) => statSync(join(directory, name)).uid)
}

const PORTS = [/DHCP \(proxy\): 67 on/, /DHCP \(proxy\): 4011 on/, /TFTP: 69 on/]

describe('ports below 1024', () => {
  test('are open to an account that may do nothing else', async () => {
    const directory = join(lab.directory, 'few')
    mkdirSync(directory, { mode: 0o700 })
    chownSync(directory, NOBODY, NOBODY)
    const before = [
      ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
      ...[`--inh-caps=${ONLY}`, `--ambient-caps=${ONLY}`, `--bounding-set=${ONLY}`],
    ]
    await using serving = await serveInLab(lab, ARGS, { data: 'few', before })
    for (const port of PORTS) expect(serving.said()).toMatch(port)
    expect(serving.said()).not.toMatch(/does not listen/)
    expect(BigInt(`0x${statusOf(serving.process, 'CapEff')}`)).toBe(NET_BIND_SERVICE)
    expect(new Set(uidsOf(serving.process.pid))).toEqual(new Set([`${NOBODY}`]))
    serving.apply(fleet)
    expect(serving.run('host', 'list', '--json')).toContain('"box"')
  })

  test('are opened by root, who then goes on as another account for good', async () => {
    await using serving = await serveInLab(lab, [...ARGS, '--run-as', 'nobody'], { data: 'root' })
    for (const port of PORTS) expect(serving.said()).toMatch(port)
    expect(serving.said()).toMatch(/^goes on as nobody$/m)
    expect(new Set(uidsOf(serving.process.pid))).toEqual(new Set([`${NOBODY}`]))
    expect(BigInt(`0x${statusOf(serving.process, 'CapEff')}`)).toBe(0n)
    expect(BigInt(`0x${statusOf(serving.process, 'CapPrm')}`)).toBe(0n)
    expect(statusOf(serving.process, 'Groups').trim().split(' ')).not.toContain('0')
    serving.apply(fleet)
    serving.run('host', 'arm', 'box', '--for', '30m')
    expect(serving.run('host', 'list', '--json')).toContain('"box"')
    expect(new Set(ownersBelow(join(lab.directory, 'root')))).toEqual(new Set([NOBODY]))
  })
})

test('systemd finds nothing wrong with the unit', () => {
  const unit = join(lab.directory, 'edgeboot.service')
  const program = '/opt/edgeboot/edgeboot'
  const text = readFileSync(UNIT, 'utf8')
  expect(text).toContain(`ExecStart=${program} serve\n`)
  // Nothing is installed there on the machine of the tests.
  writeFileSync(unit, text.replace(program, process.execPath))
  const found = execFileSync('sh', ['-c', 'systemd-analyze verify "$1" 2>&1', 'sh', unit], {
    encoding: 'utf8',
  })
  expect(found.split('\n').filter((line) => line.includes('edgeboot'))).toEqual([])
})
