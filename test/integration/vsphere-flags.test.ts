import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readVsphereFlags, type VsphereFlags } from '../../src/app/vsphere-flags.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-vsphere-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, text: string, mode = 0o600): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode })
  return path
}
const AA = Array.from({ length: 20 }, () => 'AA').join(':')

test('the files that were given are read', async () => {
  const passwordFile = file('password', 'pass word\r\n')
  const flags = { url: 'vcenter.example.com', user: 'edgeboot', passwordFile, thumbprint: 'aa'.repeat(20) }

  expect(await readVsphereFlags(flags)).toEqual({
    url: 'vcenter.example.com',
    user: 'edgeboot',
    password: 'pass word',
    trust: { kind: 'thumbprint', thumbprint: AA },
  })
  expect(await readVsphereFlags({ insecure: true })).toEqual({ trust: { kind: 'none' } })
  expect(await readVsphereFlags({ insecure: false })).toEqual({})
})

test.each<[string, () => VsphereFlags, RegExp]>([
  [
    'a password others may read',
    () => ({ passwordFile: file('open', 'hunter2', 0o644) }),
    /mode 0644\); do chmod 600/,
  ],
  ['an empty password', () => ({ passwordFile: file('empty', '\n') }), /expected one password in one line/],
  [
    'two passwords',
    () => ({ passwordFile: file('two', 'hunter2\nhunter2\n') }),
    /expected one password in one line/,
  ],
  ['no such file', () => ({ passwordFile: join(directory, 'none') }), /cannot be read/],
  [
    'no certificate',
    () => ({ caFile: file('ca.pem', 'hunter2') }),
    /--vsphere-ca-file.*expected PEM certificates/,
  ],
  ['half a thumbprint', () => ({ thumbprint: 'AA:BB' }), /--vsphere-thumbprint AA:BB: expected the SHA-1/],
  [
    'two ways to trust',
    () => ({ insecure: true, thumbprint: AA }),
    /--vsphere-thumbprint and --insecure exclude/,
  ],
  [
    'a password in the URL',
    () => ({ url: 'https://u:hunter2@vcenter/sdk' }),
    /--vsphere-url has a password in it/,
  ],
  [
    'a password with odd characters',
    () => ({ url: 'u:hunter2@/x@vcenter' }),
    /--vsphere-url has a password in it/,
  ],
])('%s is refused, and no secret is told', async (_, flags, message) => {
  const refusal = await readVsphereFlags(flags()).catch((error: Error) => error.message)

  expect(refusal).toMatch(message)
  expect(refusal).not.toContain('hunter2')
})

test('without an address there is no driver, and what it needs is said', async () => {
  const iso = file('x.iso', '')
  const env = { GOVC_URL: '', EDGEBOOT_VSPHERE_URL: '' }
  const args = ['--data-dir', join(directory, 'data'), 'host', 'delete', 'nobody', '--yes']

  const wrong = await runEdgeboot(['up', iso, '--user-data', iso, '--datastore', 'ds1'], env)
  const loud = await runEdgeboot([...args, '--insecure'], env)

  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('--datastore is nothing that driver qemu'),
  ])
  expect(loud.stderr).toMatch(/^WARNING: --insecure: /m)
  expect(loud.stderr).toContain('there is no host nobody')
})
