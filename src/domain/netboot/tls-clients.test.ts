import { describe, expect, test } from 'vitest'
import {
  CERTIFICATE_KINDS,
  describeTlsClient,
  type HttpsBoot,
  httpsBootProblem,
  TLS_CLIENTS,
  tlsVerdict,
} from './tls-clients.ts'

const boot = (about: Partial<HttpsBoot>): HttpsBoot => ({
  firmware: 'uefi',
  secureBoot: false,
  certificate: 'private-authority',
  ipxeTrustsAuthority: false,
  ...about,
})

test('every client has a verdict with a reason for every kind of certificate, and a source', () => {
  for (const client of TLS_CLIENTS) {
    expect(describeTlsClient(client).source).not.toBe('')
    for (const kind of CERTIFICATE_KINDS) expect(tlsVerdict(client, kind).why).toMatch(/^[^.].*[^.]$/)
  }
})

test('no iPXE as it is published works with a certificate of our own', () => {
  for (const client of ['ipxe-bios', 'ipxe-bios-https', 'ipxe-efi', 'ipxe-signed'] as const) {
    expect(tlsVerdict(client, 'private-authority').verdict).toBe('cannot')
    expect(tlsVerdict(client, 'self-signed').verdict).toBe('cannot')
  }
})

describe('a boot over HTTPS is refused', () => {
  test.each([
    ['without a listener', { certificate: undefined }, /does not speak it to hosts.*--boot-tls/],
    ['with BIOS', { firmware: 'bios', certificate: 'public' }, /BIOS.*no HTTPS.*firmware uefi/],
    ['with a certificate of our own', {}, /private authority.*TRUST=.*bootScheme http/],
    ['with one that only itself vouches for', { certificate: 'self-signed' }, /self-signed/],
    [
      'with Secure Boot and a certificate of our own',
      { secureBoot: true, ipxeTrustsAuthority: true },
      /gives up the signature/,
    ],
  ] as const)('%s', (_name, about, message) => {
    expect(httpsBootProblem(boot(about))).toMatch(message)
  })
})

describe('a boot over HTTPS is let be', () => {
  test.each([
    ['with a public certificate', { certificate: 'public' }],
    ['with a public certificate and Secure Boot', { certificate: 'public', secureBoot: true }],
    ['with an iPXE that was built to trust the authority', { ipxeTrustsAuthority: true }],
    ['where nobody can look into the iPXE', { ipxeTrustsAuthority: 'unknown' }],
  ] as const)('%s', (_name, about) => {
    expect(httpsBootProblem(boot(about))).toBeUndefined()
  })
})

test('with Secure Boot no other iPXE is offered as a way out', () => {
  expect(httpsBootProblem(boot({ secureBoot: true }))).not.toContain('--ipxe')
})
