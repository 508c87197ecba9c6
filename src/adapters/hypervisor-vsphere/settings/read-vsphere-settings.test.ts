import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readVsphereSettings } from './read-vsphere-settings.ts'

const THUMBPRINT = 'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01'
const env = { GOVC_URL: 'alice@vc.example', GOVC_PASSWORD: 'hunter2' }

function aFile(directory: { readonly path: string }, content: string, mode = 0o600): string {
  const path = join(directory.path, 'file')
  writeFileSync(path, content, { mode })
  return path
}

describe('settings', () => {
  test('come from the environment alone', async () => {
    expect(await readVsphereSettings({ ...env, GOVC_DATACENTER: 'DC0' }, {})).toEqual({
      url: 'https://vc.example/sdk',
      user: 'alice',
      password: 'hunter2',
      trust: { kind: 'system' },
      defaults: { datacenter: 'DC0' },
    })
    expect(await readVsphereSettings({}, {})).toBeUndefined()
  })

  test('read the password of a file that is its owner’s', async () => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'edgeboot-'))
    const passwordFile = aFile(directory, ' with spaces \r\n')

    expect(await readVsphereSettings(env, { passwordFile })).toMatchObject({ password: ' with spaces ' })
  })

  test.each([
    ['secret\n', 0o644, 'can be read by other users (mode 0644); do chmod 600'],
    ['\n', 0o600, 'must hold the password in its only line'],
    ['secret\nsecond\n', 0o600, 'must hold the password in its only line'],
    ['secret'.repeat(1000), 0o600, 'is larger than 4096 bytes'],
  ])('refuse the password file %j of mode %o', async (content, mode, why) => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'edgeboot-'))
    const passwordFile = aFile(directory, content, mode)

    const refusal = await readVsphereSettings(env, { passwordFile }).catch((error: Error) => error.message)

    expect(refusal).toContain(`--vsphere-password-file: ${passwordFile} ${why}`)
    expect(refusal).not.toContain('secret')
  })

  test('pin the server that is in the file of known hosts, and no other', async () => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'edgeboot-'))
    const known = { ...env, GOVC_TLS_KNOWN_HOSTS: aFile(directory, `vc.example:443 ${THUMBPRINT}\n`) }

    expect((await readVsphereSettings(known, {}))?.trust).toEqual({
      kind: 'thumbprint',
      thumbprint: THUMBPRINT,
    })
    expect((await readVsphereSettings({ ...known, GOVC_URL: 'alice@other' }, {}))?.trust).toEqual({
      kind: 'system',
    })
  })

  test('say which file holds no certificates, or cannot be read', async () => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'edgeboot-'))
    const caFile = aFile(directory, 'no certificate')

    await expect(readVsphereSettings(env, { caFile })).rejects.toThrow(
      `--vsphere-ca-file: ${caFile} must hold PEM certificates: there is none in it`,
    )
    await expect(readVsphereSettings({ ...env, GOVC_TLS_CA_CERTS: '/nowhere' }, {})).rejects.toThrow(
      'GOVC_TLS_CA_CERTS: /nowhere cannot be read',
    )
    await expect(readVsphereSettings(env, { caFile: directory.path })).rejects.toThrow('is no file')
  })
})
