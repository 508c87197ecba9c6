import { describe, expect, test } from 'vitest'
import { type Failure, isFailure } from './failure.ts'
import { type MediaNetworkTexts, parseMediaNetwork } from './media-network.ts'

const server = '192.0.2.10'

/** The message it is refused with. */
function refusal(texts: MediaNetworkTexts, host = server): string {
  try {
    parseMediaNetwork(texts, host)
  } catch (error) {
    if (isFailure(error, 'usage.invalid')) return (error as Failure).message
    throw error
  }
  return 'accepted'
}

describe('the network of boot media', () => {
  test('is left to DHCP where nothing is said', () => {
    expect(parseMediaNetwork({}, 'edge.example')).toEqual({})
  })

  test('is what the options say', () => {
    expect(
      parseMediaNetwork(
        {
          address: '192.0.2.20/24',
          gateway: '192.0.2.1',
          dns: ['192.0.2.53', '9.9.9.9'],
          vlan: '42',
          syslog: '192.0.2.9',
          mac: '52-54-00-AA-BB-CC',
        },
        'edge.example',
      ),
    ).toEqual({
      fixed: {
        address: '192.0.2.20',
        prefix: 24,
        gateway: '192.0.2.1',
        nameServers: ['192.0.2.53', '9.9.9.9'],
      },
      vlan: 42,
      syslog: '192.0.2.9',
      mac: '52:54:00:aa:bb:cc',
    })
  })

  test.each<[MediaNetworkTexts, string]>([
    [{ address: '192.0.2.20' }, 'expected ADDRESS/PREFIX'],
    [{ address: '192.0.2.20/33' }, 'expected ADDRESS/PREFIX'],
    [{ address: '192.0.2.255/24' }, 'no machine can have this address'],
    [
      { address: '192.0.2.20/24', gateway: '198.51.100.1' },
      'another address in the network of 192.0.2.20/24',
    ],
    [{ address: '192.0.2.20/24', gateway: '192.0.2.20' }, 'another address in the network of 192.0.2.20/24'],
    [{ address: '192.0.2.20/24', dns: ['ns.example'] }, '--dns "ns.example": expected an IPv4 address'],
    [{ address: '192.0.2.20/24', dns: ['9.9.9.1', '9.9.9.2', '9.9.9.3', '9.9.9.4'] }, 'at most 3'],
    [{ gateway: '192.0.2.1' }, '--gateway goes with --address'],
    [{ dns: ['192.0.2.53'] }, '--dns goes with --address'],
    [{ vlan: '4095' }, 'expected a number from 1 to 4094'],
    [{ vlan: '1e3' }, 'expected a number from 1 to 4094'],
    [{ syslog: 'log.example' }, 'iPXE takes no name and no port'],
    [{ mac: '52:54:00' }, 'six pairs of hex digits'],
    [{ address: '198.51.100.20/24' }, 'it takes --gateway'],
  ])('%j is refused with what would be right', (texts, told) => {
    expect(refusal(texts)).toContain(told)
  })

  test('with a static address a server known by its name takes a name server', () => {
    expect(refusal({ address: '192.0.2.20/24' }, 'edge.example')).toContain('it takes --dns')
  })

  test('all that is wrong is named at once, and no control character with it', () => {
    const message = refusal({ vlan: 'x\n', mac: 'y', syslog: '\u001b[2J' })

    expect(message.split('\n')).toHaveLength(3)
    expect(message).not.toContain('\u001b')
  })
})
