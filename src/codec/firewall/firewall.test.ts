import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { judgeFirewall, type Protocol, portVerdict, type Ruleset } from '../../domain/doctor/firewall.ts'
import { isFailure } from '../../domain/failure.ts'
import { decodeIptablesSave } from './iptables-save.ts'
import { decodeNftRuleset } from './nft-ruleset.ts'

const verdicts = (ruleset: Ruleset, ...ports: readonly [Protocol, number][]) =>
  ports.map(([protocol, port]) => portVerdict(ruleset, { protocol, port }).verdict)

/** A ruleset as nft writes it: one chain on the way in, and others by their names. */
function nft(
  policy: 'accept' | 'drop',
  rules: readonly object[][],
  others: Readonly<Record<string, readonly object[][]>> = {},
  more: readonly object[] = [],
): string {
  const place = { family: 'inet', table: 'filter' }
  const chain = (name: string, hook: object) => ({ chain: { ...place, name, ...hook } })
  const rule = (name: string, expr: readonly object[]) => ({ rule: { ...place, chain: name, expr } })
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: 1 } },
      { table: { family: 'inet', name: 'filter' } },
      ...more,
      chain('input', { type: 'filter', hook: 'input', prio: 0, policy }),
      ...Object.keys(others).map((name) => chain(name, {})),
      ...rules.map((expr) => rule('input', expr)),
      ...Object.entries(others).flatMap(([name, list]) => list.map((expr) => rule(name, expr))),
    ],
  })
}
const dport = (protocol: string, right: unknown, op = '==') => ({
  match: { op, left: { payload: { protocol, field: 'dport' } }, right },
})
const meta = (key: string, right: unknown, op = '==') => ({ match: { op, left: { meta: { key } }, right } })
const state = (...right: string[]) => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } })
const from = (right: unknown) => ({
  match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right },
})
const ACCEPT = { accept: null }
const DROP = { drop: null }
const WORKSTATION = [
  [state('established', 'related'), ACCEPT],
  [meta('iifname', 'lo'), ACCEPT],
  [dport('tcp', 22), ACCEPT],
]

describe('rules of nft', () => {
  test.each<[string, string, string]>([
    ['none', nft('accept', []), 'open'],
    ['a policy that drops', nft('drop', WORKSTATION), 'closed'],
    [
      'one that lets the port in',
      nft('drop', [...WORKSTATION, [dport('tcp', 8080), { counter: {} }, ACCEPT]]),
      'open',
    ],
    [
      'a list of ports',
      nft('drop', [[dport('tcp', { set: [22, { range: [8000, 8100] }] }), ACCEPT]]),
      'open',
    ],
    [
      'any protocol',
      nft('drop', [[meta('l4proto', { set: ['tcp', 'udp'] }), dport('th', 8080), ACCEPT]]),
      'open',
    ],
    ['another protocol', nft('drop', [[dport('udp', 8080), ACCEPT]]), 'closed'],
    ['for one network', nft('drop', [[from('10.0.0.0'), dport('tcp', 8080), ACCEPT]]), 'conditional'],
    ['on one card', nft('drop', [[meta('iifname', 'eth1'), ACCEPT]]), 'conditional'],
    ['those who were banned', nft('accept', [[from('@banned'), { reject: {} }]]), 'open'],
    ['broken packets', nft('accept', [[state('invalid'), DROP]]), 'open'],
    ['all but some', nft('accept', [[dport('tcp', 22, '!='), DROP]]), 'closed'],
    ['IPv6 alone', nft('accept', [[meta('nfproto', 'ipv6'), DROP]]), 'open'],
    [
      'ping',
      nft('accept', [
        [{ match: { op: '==', left: { payload: { protocol: 'icmp', field: 'type' } }, right: 8 } }, DROP],
      ]),
      'open',
    ],
  ])('%s', (_what, text, verdict) => {
    expect(verdicts(decodeNftRuleset(text).ruleset, ['tcp', 8080])).toEqual([verdict])
  })

  test('are followed into other chains, and out again', () => {
    const others = {
      services: [
        [dport('tcp', 8080), ACCEPT],
        [dport('tcp', 9), { return: null }],
        [dport('tcp', [9, 10]), DROP],
      ],
      loop: [[{ jump: { target: 'loop' } }]],
    }
    const text = nft('drop', [[{ jump: { target: 'services' } }], [dport('tcp', 9), ACCEPT]], others)

    const { ruleset } = decodeNftRuleset(text)

    expect(verdicts(ruleset, ['tcp', 8080], ['tcp', 9], ['tcp', 10])).toEqual(['open', 'open', 'closed'])
    const endless = decodeNftRuleset(nft('drop', [[{ goto: { target: 'loop' } }]], others)).ruleset
    expect(verdicts(endless, ['tcp', 8080])).toEqual(['conditional'])
  })

  test('of a verdict map and of a named set', () => {
    const ports = {
      set: { family: 'inet', table: 'filter', name: 'web', elem: [80, { elem: { val: 8080 } }] },
    }
    const map = {
      vmap: {
        key: { ct: { key: 'state' } },
        data: {
          set: [
            ['established', ACCEPT],
            ['invalid', DROP],
            ['new', { jump: { target: 'fresh' } }],
          ],
        },
      },
    }
    const text = nft('drop', [[map]], { fresh: [[dport('tcp', '@web'), ACCEPT]] }, [ports])

    expect(verdicts(decodeNftRuleset(text).ruleset, ['tcp', 8080], ['tcp', 81])).toEqual(['open', 'closed'])
  })

  test('that iptables made are told of', () => {
    expect(
      decodeNftRuleset(nft('accept', [[{ xt: { type: 'match', name: 'conntrack' } }, DROP]])),
    ).toMatchObject({
      hasOpaqueRules: true,
    })
  })

  property.prop([
    fc.oneof(
      fc.string(),
      fc.json().map((json) => `{"nftables": [${json}]}`),
    ),
  ])('of any text are read or refused by a Failure', (text) => {
    try {
      portVerdict(decodeNftRuleset(text).ruleset, { protocol: 'tcp', port: 8080 })
    } catch (error) {
      expect(isFailure(error, 'packet.malformed'), String(error)).toBe(true)
    }
  })

  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.nat(),
      fc.constant(null),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(
      fc.constantFrom(
        'match',
        'op',
        'left',
        'right',
        'payload',
        'meta',
        'ct',
        'key',
        'set',
        'range',
        'vmap',
        'data',
        'jump',
        'target',
        'accept',
        'elem',
        'val',
        'protocol',
        'field',
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
  }))
  property.prop([fc.array(anything.object, { maxLength: 5 })])(
    'of any statements lead to a verdict',
    (expr) => {
      const { ruleset } = decodeNftRuleset(nft('drop', [expr as object[]]))

      expect(['open', 'conditional', 'closed']).toContain(
        portVerdict(ruleset, { protocol: 'udp', port: 67 }).verdict,
      )
    },
  )
})

const SAVED = `# Generated by iptables-save v1.8.9
*nat
:INPUT DROP [0:0]
COMMIT
*filter
:INPUT DROP [12:900]
:FORWARD ACCEPT [0:0]
:site - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m addrtype --dst-type LOCAL -j site
-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "let me -j DROP in" -j ACCEPT
[3:4] -A INPUT -p udp -m multiport --dports 67,69,4000:4100 -j ACCEPT
-A INPUT -m limit --limit 3/min -j LOG --log-prefix "[BLOCK] "
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 9000 -j ACCEPT
-A site ! -i lo -p tcp -m tcp --dport 8081 -j REJECT --reject-with icmp-port-unreachable
-A site -p tcp -m tcp --dport 8080:8081 -j ACCEPT
COMMIT
`

test('rules of iptables are read as they are saved', () => {
  const ports = [
    ['tcp', 22, 'open'],
    ['tcp', 8080, 'open'],
    ['tcp', 8081, 'closed'],
    ['tcp', 9000, 'conditional'],
    ['udp', 4011, 'open'],
    ['udp', 514, 'closed'],
    ['udp', 8080, 'closed'],
  ] as const
  const ruleset = decodeIptablesSave(SAVED)

  expect(
    verdicts(ruleset, ...ports.map(([protocol, port]) => [protocol, port] as [Protocol, number])),
  ).toEqual(ports.map(([, , verdict]) => verdict))
})

property.prop([
  fc.array(
    fc.constantFrom(
      '-A INPUT',
      '-p',
      'tcp',
      '!',
      '-j',
      'ACCEPT',
      '-m',
      '\n',
      ':INPUT DROP',
      '*filter',
      '"',
      '--dport',
      '1:2',
    ),
  ),
])('any text of iptables leads to a verdict', (words) => {
  const ruleset = decodeIptablesSave(`*filter\n:INPUT DROP [0:0]\n${words.join(' ')}`)

  expect(['open', 'conditional', 'closed']).toContain(
    portVerdict(ruleset, { protocol: 'tcp', port: 1 }).verdict,
  )
})

describe('what real tools write', () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../../test/fixtures/firewall/${name}`, import.meta.url), 'utf8')

  test('nft, with maps, sets and other chains', () => {
    const { ruleset, hasOpaqueRules } = decodeNftRuleset(fixture('nft-1.0.6.json'))

    expect(hasOpaqueRules).toBe(false)
    expect(
      verdicts(ruleset, ['tcp', 8080], ['tcp', 2205], ['udp', 69], ['udp', 4011], ['tcp', 9999]),
    ).toEqual(new Array(5).fill('open'))
    expect(verdicts(ruleset, ['tcp', 8100], ['udp', 68], ['udp', 514])).toEqual([
      'closed',
      'closed',
      'conditional',
    ])
  })

  test('iptables, as ufw arranges its chains', () => {
    const ruleset = decodeIptablesSave(fixture('iptables-save-1.8.9.txt'))

    expect(verdicts(ruleset, ['tcp', 8080], ['tcp', 8443], ['tcp', 22])).toEqual(['open', 'open', 'open'])
    expect(verdicts(ruleset, ['udp', 67], ['udp', 69], ['tcp', 80])).toEqual([
      'closed',
      'conditional',
      'closed',
    ])
  })

  test('nft, of rules that iptables made', () => {
    expect(decodeNftRuleset(fixture('nft-1.0.6-of-iptables.json')).hasOpaqueRules).toBe(true)
  })
})

describe('what is said of them', () => {
  const ports = [
    { protocol: 'tcp', port: 8080 },
    { protocol: 'udp', port: 69, onlyFor: 'for --dhcp' },
  ] as const

  test('a hint with how to let hosts in', () => {
    const { ruleset } = decodeNftRuleset(nft('drop', WORKSTATION))

    expect(judgeFirewall(ruleset, ports, 'ufw')).toEqual({
      name: 'firewall',
      verdict: 'warning',
      detail:
        'what comes to TCP 8080 seems to be dropped (chain input of table inet filter); ' +
        'what comes to UDP 69 (for --dhcp) seems to be dropped too',
      remedy: 'let hosts in: ufw allow 8080/tcp',
    })
    expect(judgeFirewall(ruleset, ports, 'firewalld').remedy).toContain(
      'firewall-cmd --permanent --add-port=8080/tcp',
    )
    expect(judgeFirewall(ruleset, ports, undefined).remedy).toBe('let hosts in to TCP 8080')
  })

  test('nothing where no port is needed yet', () => {
    expect(judgeFirewall(new Map(), [], undefined).detail).toBe('no rule seems to keep hosts out')
  })

  test('nothing where only what nobody asked for is closed', () => {
    const { ruleset } = decodeNftRuleset(nft('drop', [[dport('tcp', 8080), ACCEPT]]))

    expect(judgeFirewall(ruleset, ports, undefined)).toEqual({
      name: 'firewall',
      verdict: 'good',
      detail:
        'no rule seems to keep hosts from TCP 8080; what comes to UDP 69 (for --dhcp) seems to be dropped too',
    })
  })
})
