import { rootCertificates } from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { classifyCertificate } from './classify-certificate.ts'
import { type IssuedPair, issueAuthority, issueLeaf } from './issue.ts'

let authority: IssuedPair
let leaf: IssuedPair
beforeAll(async () => {
  authority = await issueAuthority(Date.now())
  leaf = await issueLeaf(authority, ['boot.example'], Date.now())
})

test('an authority that browsers do not know is a private one, sent along or not', () => {
  expect(classifyCertificate(leaf.certificatePem)).toBe('private-authority')
  expect(classifyCertificate(leaf.certificatePem + authority.certificatePem)).toBe('private-authority')
})

test('one of the list is public, whether it is sent along or not', () => {
  const roots = [authority.certificatePem]

  expect(classifyCertificate(leaf.certificatePem, roots)).toBe('public')
  expect(classifyCertificate(leaf.certificatePem + authority.certificatePem, roots)).toBe('public')
})

test('who only has the name of a public authority is none', async () => {
  const impostor = await issueAuthority(Date.now())

  expect(classifyCertificate(leaf.certificatePem, [impostor.certificatePem])).toBe('private-authority')
})

test('a certificate that vouches for itself is told apart, also that of an authority', () => {
  expect(classifyCertificate(authority.certificatePem)).toBe('self-signed')
  expect(classifyCertificate(rootCertificates[0] ?? '')).toBe('self-signed')
})

test('the same certificate many times over comes to an end', () => {
  expect(classifyCertificate(leaf.certificatePem.repeat(100))).toBe('private-authority')
})

test('what is no certificate is refused', () => {
  for (const pem of ['', 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])
    expect(() => classifyCertificate(pem)).toThrow(expect.objectContaining({ code: 'certificate.invalid' }))
})
