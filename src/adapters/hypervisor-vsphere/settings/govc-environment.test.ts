import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../../domain/failure.ts'
import { PLACE_VARIABLES, vsphereWish } from './govc-environment.ts'
import { knownThumbprint, requireThumbprint } from './thumbprint.ts'
import { parseVsphereUrl } from './vsphere-url.ts'

const SHA1 = 'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01'
const account = { GOVC_USERNAME: 'alice', GOVC_PASSWORD: 'wonder land' }

describe('GOVC_URL', () => {
  test.each([
    ['vc.example', 'https://vc.example/sdk', 'vc.example:443'],
    ['VC.example:8443', 'https://vc.example:8443/sdk', 'vc.example:8443'],
    ['https://vc.example', 'https://vc.example/sdk', 'vc.example:443'],
    ['https://vc.example:443/sdk', 'https://vc.example/sdk', 'vc.example:443'],
    ['https://[2001:db8::1]:8443/sdk/', 'https://[2001:db8::1]:8443/sdk', '[2001:db8::1]:8443'],
    ['http://127.0.0.1:8989/sdk', 'http://127.0.0.1:8989/sdk', '127.0.0.1:8989'],
    [' vc.example/sdk\n', 'https://vc.example/sdk', 'vc.example:443'],
  ])('%s', (text, url, address) => {
    expect(parseVsphereUrl(text, 'GOVC_URL')).toEqual({ url, address, user: undefined, password: undefined })
  })

  test('may hold user and password, percent-encoded', () => {
    expect(parseVsphereUrl('https://a%40vsphere.local:p%2Fw%25@vc/sdk', 'GOVC_URL')).toMatchObject({
      url: 'https://vc/sdk',
      user: 'a@vsphere.local',
      password: 'p/w%',
    })
    expect(parseVsphereUrl('CORP\\bob:p@ss@vc:8443', 'GOVC_URL')).toMatchObject({
      user: 'CORP\\bob',
      password: 'p@ss',
    })
  })

  test.each([
    'user:hunter2/x@vc',
    'user:hunter2#x@vc',
    'u:hunter2%zz@vc',
    'https://u:hunter2@vc/other',
    'ftp://u:hunter2@vc',
    'u:hunter2@',
    'u:hunter2@vc:99999',
    'u:hunter2@vc x',
  ])('%s is refused without a word of it', (text) => {
    const attempt = () => parseVsphereUrl(text, 'GOVC_URL')

    expect(attempt).toThrow('GOVC_URL is no address of a vCenter or ESXi: expected HOST')
    expect(attempt).not.toThrow('hunter2')
  })

  test('without TLS is for this machine only', () => {
    expect(() => parseVsphereUrl('http://u:hunter2@vc.example', 'GOVC_URL')).toThrow(
      'over http:// everybody on the way to vc.example reads the password',
    )
  })

  property.prop([fc.string({ minLength: 1 }), fc.string({ minLength: 1 })])(
    'gives back any user and password that were percent-encoded',
    (user, password) => {
      const [u, p] = [user.toWellFormed(), password.toWellFormed()]
      const text = `https://${encodeURIComponent(u)}:${encodeURIComponent(p)}@vc`
      expect(parseVsphereUrl(text, 'GOVC_URL')).toMatchObject({ user: u, password: p, url: 'https://vc/sdk' })
    },
  )

  property.prop([fc.string()])('is an address or a Failure', (text) => {
    try {
      expect(parseVsphereUrl(text, 'GOVC_URL').url).toMatch(/^https?:\/\/[^/@]+\/sdk$/)
    } catch (error) {
      expect(isFailure(error, 'usage.invalid')).toBe(true)
    }
  })
})

describe('who asks', () => {
  test('is nobody without a server', () => {
    expect(vsphereWish(account, {})).toBeUndefined()
    expect(vsphereWish({ ...account, GOVC_URL: '' }, { user: 'x' })).toBeUndefined()
  })

  test('variables win over the URL, flags over variables', () => {
    const env = { GOVC_URL: 'bob:builder@vc', ...account }

    expect(vsphereWish(env, {})).toMatchObject({ user: 'alice', password: { text: 'wonder land' } })
    expect(vsphereWish({ GOVC_URL: env.GOVC_URL }, {})).toMatchObject({
      user: 'bob',
      password: { text: 'builder' },
    })
    expect(vsphereWish(env, { user: 'carol', passwordFile: '/p' })).toMatchObject({
      user: 'carol',
      password: { path: '/p', namedBy: '--vsphere-password-file' },
    })
    expect(vsphereWish(env, { url: 'dave@other' })).toMatchObject({
      server: { url: 'https://other/sdk' },
      user: 'dave',
    })
  })

  test('the account of one server is not given to another', () => {
    const attempt = () => vsphereWish({ GOVC_URL: 'bob:builder@vc' }, { url: 'bob@other' })

    expect(attempt).toThrow('no password for other:443: set GOVC_PASSWORD or give --vsphere-password-file')
  })

  test('a password is no argument', () => {
    expect(() => vsphereWish({}, { url: 'bob:hunter2@vc' })).toThrow('every user of this machine')
    expect(() => vsphereWish({}, { url: 'bob:hunter2@vc' })).not.toThrow('hunter2')
  })

  test('says which half is missing', () => {
    expect(() => vsphereWish({ GOVC_URL: 'vc' }, {})).toThrow('no user for vc:443: set GOVC_USERNAME')
  })
})

describe('the certificate', () => {
  const trust = (env: object, flags = {}) => vsphereWish({ GOVC_URL: 'vc', ...account, ...env }, flags)?.trust

  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('GOVC_INSECURE=%s is not checked', (text) => {
    expect(trust({ GOVC_INSECURE: text })).toEqual({ kind: 'none' })
  })

  test.each(['0', 'f', 'F', 'FALSE', 'false', 'False', ''])('GOVC_INSECURE=%s is checked', (text) => {
    expect(trust({ GOVC_INSECURE: text })).toMatchObject({ kind: 'files', authorities: [] })
  })

  test.each(['yes', 'tRUE', '2', 'constructor'])('GOVC_INSECURE=%s is an error', (text) => {
    expect(() => trust({ GOVC_INSECURE: text })).toThrow(
      `GOVC_INSECURE is ${JSON.stringify(text)}; expected true or false`,
    )
  })

  test('files of authorities are a list, and flags win', () => {
    const env = { GOVC_TLS_CA_CERTS: '/a:/b:', GOVC_TLS_KNOWN_HOSTS: '/known', GOVC_INSECURE: 'false' }
    const byEnvironment = ['/a', '/b'].map((path) => ({ path, namedBy: 'GOVC_TLS_CA_CERTS' }))

    expect(trust(env)).toEqual({
      kind: 'files',
      authorities: byEnvironment,
      knownHosts: { path: '/known', namedBy: 'GOVC_TLS_KNOWN_HOSTS' },
    })
    expect(trust({ ...env, GOVC_INSECURE: '1' }, { caFile: '/c' })).toMatchObject({
      authorities: [{ path: '/c', namedBy: '--vsphere-ca-file' }],
      knownHosts: undefined,
    })
    expect(trust({ GOVC_INSECURE: '1' }, { insecure: false })).toMatchObject({ kind: 'files' })
    expect(trust(env, { thumbprint: SHA1.toLowerCase().replaceAll(':', '') })).toEqual({
      kind: 'thumbprint',
      thumbprint: SHA1,
    })
  })

  test('flags that contradict each other are refused', () => {
    expect(() => trust({}, { caFile: '/c', insecure: true })).toThrow(
      '--vsphere-ca-file and --insecure contradict',
    )
  })

  test('is pinned by the line of its server', () => {
    const sha256 = `${SHA1}:${'00:'.repeat(11)}FF`
    const lines = `# ours\nother:443 ${SHA1}\nVC ${SHA1}\r\nvc:8443 ${sha256}\nbroken:443 xyz\n`

    expect(knownThumbprint(lines, 'vc:443', 'f')).toBe(SHA1)
    expect(knownThumbprint(lines, 'vc:8443', 'f')).toBe(sha256)
    expect(knownThumbprint(lines, 'vc:1', 'f')).toBeUndefined()
    expect(() => knownThumbprint(lines, 'broken:443', 'f')).toThrow(
      'f, the line of broken:443: expected the SHA-1',
    )
    expect(() => requireThumbprint('AB:CD', '--vsphere-thumbprint')).toThrow('20 or 32 hex pairs')
  })
})

describe('places', () => {
  test('are taken from their variables', () => {
    const env = Object.fromEntries(Object.values(PLACE_VARIABLES).map((name) => [name, `/DC0/${name}`]))

    const wish = vsphereWish({ GOVC_URL: 'vc', ...account, ...env, GOVC_FOLDER: '' }, {})

    expect(wish?.defaults).toEqual({
      datacenter: '/DC0/GOVC_DATACENTER',
      datastore: '/DC0/GOVC_DATASTORE',
      network: '/DC0/GOVC_NETWORK',
      pool: '/DC0/GOVC_RESOURCE_POOL',
      host: '/DC0/GOVC_HOST',
      cluster: '/DC0/GOVC_CLUSTER',
    })
  })

  test('that cannot be are refused by the name of their variable', () => {
    expect(() => vsphereWish({ GOVC_URL: 'vc', ...account, GOVC_NETWORK: 'a\nb' }, {})).toThrow(
      'GOVC_NETWORK is "a\\nb"; expected a name or an inventory path',
    )
  })
})
