import { describe, expect, test } from 'vitest'
import { decideNetboot } from './decide-answer.ts'

const host = (
  decision: Parameters<typeof decideNetboot>[0] & { kind: 'host' } extends { decision: infer D } ? D : never,
) => ({ kind: 'host', host: 'edge-1', decision }) as const

describe('whether a client that asks for a boot file is answered', () => {
  test.each([
    ['install', 'offer'],
    ['wait', 'offer'],
    ['refused', 'offer'],
    ['local', 'ignore'],
  ] as const)('a host that would be told %s: %s', (action, expected) => {
    expect(decideNetboot(host({ action }), 'ignore').action).toBe(expected)
  })

  test('an installed host may be led to a local boot instead', () => {
    expect(decideNetboot(host({ action: 'local' }), 'local').action).toBe('offer')
  })

  test.each([
    ['ignore', 'ignore'],
    ['local', 'ignore'],
    ['discover', 'offer'],
    ['profile', 'offer'],
  ] as const)('a stranger under the policy %s: %s', (policy, expected) => {
    expect(decideNetboot({ kind: 'unknown', policy }, 'ignore').action).toBe(expected)
  })

  test('the reason names the host in what is to be done', () => {
    const reason = 'it is not armed: edgeboot host arm NAME --for 30m'
    expect(decideNetboot(host({ action: 'local', reason }), 'ignore').reason).toContain(
      'host arm edge-1 --for',
    )
  })
})
