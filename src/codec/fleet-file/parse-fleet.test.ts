import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { formatProblem } from '../../domain/fleet/problem.ts'
import { decodeFleet, parseFleet } from './parse-fleet.ts'

const HEAD = 'apiVersion: edgeboot/v1\ninstallers:\n  palette: { iso: ./i.iso }\n'
const PROFILE = 'profiles:\n  store:\n    installer: palette\n    machine: { driver: qemu }\n'
const HOSTS = 'hosts:\n  - name: a\n    profile: store\n'
const FULL = `apiVersion: edgeboot/v1
installers:
  palette-4-6: { iso: ./i.iso, sha256: ${'AB'.repeat(32)}, paths: { rootfs: /live/root.squashfs } }
userData: ./site.user-data.yaml
maxParallel: 20
unknownHosts: profile:store
palette: { endpoint: api.spectrocloud.com, projectUid: p1 }
profiles:
  store:
    installer: palette-4-6
    kernelArgs: { add: [console=ttyS1], remove: [BOOTIF] }
    userData: { stylus: { debug: true } }
    machine: { driver: vsphere, cpus: 8, memory: 32GiB, disk: 300GiB, network: VM Network, firmware: bios, boot: typed, probePorts: [22] }
    ready: { tcp: { port: 22 } }
    maxParallel: 5
    localBoot: exit 1
    approve: manual
    bootScheme: https
    secureBoot: true
    timeouts: { rootfs: 90m, disk-boot: 45s }
    stopAfterFailures: 3
hosts:
  - name: store-0042
    profile: store
    match: { mac: "00:50:56:AA:bb:cc", uuid: 4C4C4544-0042-3510-8052-b4c04f4d3132, label: { product: R640 } }
    labels: { site: berlin, rack: 07 }
    machine: { memory: 16GiB }
    ready: { palette: {} }
`

const problemsOf = (...texts: readonly string[]): readonly string[] =>
  parseFleet(texts.map((text, index) => ({ file: `f${index}`, text }))).problems.map(formatProblem)

describe('a fleet file', () => {
  test('says all that can be said of a fleet', () => {
    const fleet = decodeFleet([{ file: 'fleet.yaml', text: FULL }])

    expect(fleet).toMatchObject({
      maxParallel: 20,
      unknownHosts: { kind: 'profile', profile: 'store' },
      userData: { kind: 'file', path: './site.user-data.yaml' },
      palette: { endpoint: 'api.spectrocloud.com', projectUid: 'p1' },
    })
    expect(fleet.installers.get('palette-4-6')).toEqual({
      name: 'palette-4-6',
      iso: './i.iso',
      sha256: 'ab'.repeat(32),
      paths: { rootfs: '/live/root.squashfs' },
      place: { file: 'fleet.yaml', line: 3, column: 3 },
    })
    expect(fleet.profiles.get('store')).toMatchObject({
      kernelArgs: { add: ['console=ttyS1'], remove: ['BOOTIF'] },
      userData: { kind: 'inline' },
      machine: {
        driver: 'vsphere',
        cpus: 8,
        memoryMiB: 32768,
        diskGiB: 300,
        network: 'VM Network',
        firmware: 'bios',
        boot: 'typed',
        probePorts: [22],
      },
      ready: { kind: 'tcp', port: 22 },
      maxParallel: 5,
      localBoot: 'exit 1',
      approve: 'manual',
      bootScheme: 'https',
      secureBoot: true,
      timeouts: { rootfs: 5_400_000, 'disk-boot': 45_000 },
      stopAfterFailures: 3,
    })
    expect(fleet.hosts.get('store-0042')).toEqual({
      name: 'store-0042',
      profile: 'store',
      match: { mac: '00:50:56:aa:bb:cc', uuid: '4c4c4544-0042-3510-8052-b4c04f4d3132', product: 'R640' },
      labels: new Map([
        ['site', 'berlin'],
        ['rack', '07'],
      ]),
      machine: { memoryMiB: 16384 },
      ready: { kind: 'palette' },
      place: { file: 'fleet.yaml', line: 23, column: 5 },
    })
  })

  test('may be short: machines no host claims are listed, never installed', () => {
    expect(decodeFleet([{ file: 'f', text: HEAD }])).toMatchObject({ unknownHosts: { kind: 'discover' } })
  })

  test('may be several documents and several files', () => {
    const { fleet } = parseFleet([
      { file: 'a', text: `${HEAD}---\napiVersion: edgeboot/v1\n${PROFILE}` },
      { file: 'b', text: `---\napiVersion: edgeboot/v1\n${HOSTS}---\n` },
    ])

    expect([...(fleet?.hosts.keys() ?? [])]).toEqual(['a'])
  })

  test.each([
    ['auto', { kind: 'auto' }],
    ['phone-home', { kind: 'phone-home' }],
    ['local-ui', { kind: 'local-ui' }],
    ['tcp:22', { kind: 'tcp', port: 22 }],
    ['{ localUi: { port: 6000 } }', { kind: 'local-ui', port: 6000 }],
    ['{ localUi: }', { kind: 'local-ui' }],
    ['{ phoneHome: {} }', { kind: 'phone-home' }],
    ['{ url: { url: "https://{ip}/x" } }', { kind: 'url', url: 'https://{ip}/x' }],
  ])('knows the readiness probe %s', (yaml, ready) => {
    const text = `${HEAD}${PROFILE}    ready: ${yaml}\n`

    expect(decodeFleet([{ file: 'f', text }]).profiles.get('store')?.ready).toEqual(ready)
  })
})

describe('a mistake in a fleet file is told with its place and what would be right:', () => {
  test.each([
    ['no version', 'hosts: []\n', 'f0:1:1: apiVersion: is missing; expected edgeboot/v1'],
    [
      'another version',
      'apiVersion: edgeboot/v2\n',
      'f0:1:13: apiVersion: is "edgeboot/v2"; did you mean edgeboot/v1?',
    ],
    ['an empty file', '# nothing\n', 'f0:1:1: the file is empty'],
    ['a list', '- a\n', 'f0:1:1: is a list; expected a map with apiVersion'],
    ['no YAML', `${HEAD}a: [1\n`, 'f0:5:1: this is no YAML'],
    ['nesting without end', '['.repeat(100_000), 'it is nested too deeply'],
    [
      'the same key twice',
      `${HEAD}hosts: []\nhosts: []\n`,
      'f0:5:1: hosts: stands twice: line 4 has it already',
    ],
    ['an unknown key', `${HEAD}profile: {}\n`, 'f0:4:1: profile: is an unknown key; did you mean profiles?'],
    [
      'an unknown key of a profile',
      `${HEAD}${PROFILE}    kernelargs: {}\n`,
      'f0:8:5: profiles.store.kernelargs: is an unknown key; did you mean kernelArgs?',
    ],
    [
      'an unknown key of a machine',
      `${HEAD}${PROFILE.replace('driver', 'drivr')}`,
      'f0:7:16: profiles.store.machine.drivr: is an unknown key; did you mean driver?',
    ],
    ['no ISO', `apiVersion: edgeboot/v1\ninstallers: { p: {} }\n`, 'f0:2:15: installers.p.iso: is missing'],
    [
      'a bad digest',
      `${HEAD.replace(' }', ', sha256: 12 }')}`,
      'installers.palette.sha256: is "12"; expected a SHA-256',
    ],
    [
      'an installer that does not exist',
      `${HEAD}${PROFILE.replace('installer: palette', 'installer: pallete')}`,
      'f0:6:16: profiles.store.installer: is "pallete"; did you mean palette?',
    ],
    [
      'a profile that does not exist',
      `${HEAD}${PROFILE}${HOSTS.replace('profile: store', 'profile: shop')}`,
      'f0:10:14: hosts[0].profile: is "shop"; expected the name of a profile of this fleet (store)',
    ],
    ['a driver that does not exist', `${HEAD}${PROFILE.replace('qemu', 'qmu')}`, 'did you mean qemu?'],
    [
      'memory without its unit',
      `${HEAD}${PROFILE.replace('driver: qemu', 'memory: 32')}`,
      'expected memory with its unit',
    ],
    [
      'part of a GiB of disk',
      `${HEAD}${PROFILE.replace('driver: qemu', 'disk: 1.5GiB')}`,
      'expected a size in whole GiB',
    ],
    [
      'no CPUs',
      `${HEAD}${PROFILE.replace('driver: qemu', 'cpus: 0')}`,
      'cpus: is "0"; expected a number of CPUs from 1 to 1024',
    ],
    ['an empty value', `${HEAD}${PROFILE.replace('driver: qemu', 'cpus: ')}`, 'cpus: is empty; expected'],
    [
      'a map for a value',
      `${HEAD}${PROFILE.replace('driver: qemu', 'cpus: {a: b}')}`,
      'cpus: is a map; expected',
    ],
    [
      'a network qemu has not',
      `${HEAD}${PROFILE.replace('qemu', 'qemu, network: VM Network')}${HOSTS}`,
      'is user, bridge:NAME or tap:DEVICE',
    ],
    [
      'no span',
      `${HEAD}${PROFILE}    timeouts: { rootfs: 90 }\n`,
      'profiles.store.timeouts.rootfs: is "90"; expected a span',
    ],
    ['no phase', `${HEAD}${PROFILE}    timeouts: { rotfs: 90m }\n`, 'did you mean rootfs?'],
    [
      'two readiness probes',
      `${HEAD}${PROFILE}    ready: { localUi: {}, phoneHome: {} }\n`,
      'has localUi and phoneHome; expected exactly one of',
    ],
    [
      'a port that does not exist',
      `${HEAD}${PROFILE}    ready: { tcp: { port: 70000 } }\n`,
      'expected a port from 1 to 65535',
    ],
    [
      'a kernel argument that flips the boot mode',
      `${HEAD}${PROFILE}    kernelArgs: { add: [kairos.reset] }\n`,
      'f0:8:17: profiles.store.kernelArgs: the kernel line cannot be used: kairos.reset contains',
    ],
    [
      'a name in capitals',
      `${HEAD}${PROFILE}${HOSTS.replace('name: a', 'name: A')}`,
      'f0:9:11: hosts[0].name: is "A"; expected a name of lower-case',
    ],
    [
      'a name that flips the boot mode',
      `${HEAD}${PROFILE}${HOSTS.replace('name: a', 'name: recovery-mode')}`,
      'hosts[0].name: is "recovery-mode"',
    ],
    [
      'a MAC that is none',
      `${HEAD}${PROFILE}${HOSTS}    match: { mac: 00:50 }\n`,
      'hosts[0].match.mac: is "00:50"; expected a MAC address such as',
    ],
    [
      'a MAC without quotes that YAML leaves alone',
      `${HEAD}${PROFILE}${HOSTS}    match: { mac: 1 }\n`,
      'expected a MAC address',
    ],
    ['a UUID that is none', `${HEAD}${PROFILE}${HOSTS}    match: { uuid: 42 }\n`, 'expected a UUID'],
    [
      'what firmware says when nobody filled it in',
      `${HEAD}${PROFILE}${HOSTS}    match: { serial: Default string }\n`,
      'not a placeholder that many machines share',
    ],
    [
      'an unknown fact',
      `${HEAD}${PROFILE}${HOSTS}    match: { mca: x }\n`,
      'hosts[0].match.mca: is an unknown key; did you mean mac?',
    ],
    ['a match of nothing', `${HEAD}${PROFILE}${HOSTS}    match: {}\n`, 'hosts[0].match: is empty'],
    [
      'a label with a variable',
      `${HEAD}${PROFILE}${HOSTS}    labels: { a: "\${env.X}" }\n`,
      'variables are replaced in userData only',
    ],
    [
      'a label with a strange name',
      `${HEAD}${PROFILE}${HOSTS}    labels: { "a b": x }\n`,
      'is no name of a label',
    ],
    [
      'a host nothing identifies',
      `${HEAD}${PROFILE.replace('    machine: { driver: qemu }\n', '')}${HOSTS}`,
      'f0:8:5: hosts[0]: nothing says which machine this is',
    ],
    ['hosts that are no list', `${HEAD}hosts: { a: {} }\n`, 'f0:4:8: hosts: expected a list'],
    [
      'an unknown policy',
      `${HEAD}unknownHosts: lcal\n`,
      'f0:4:15: unknownHosts: is "lcal"; did you mean local?',
    ],
    [
      'a policy with an unknown profile',
      `${HEAD}unknownHosts: profile:x\n`,
      'profile:NAME with a profile of this fleet',
    ],
    ['a key of Palette', `${HEAD}palette: { endpoint: a.b, apiKey: x }\n`, 'keys do not belong in this file'],
    [
      'an endpoint with a scheme',
      `${HEAD}palette: { endpoint: "https://a.b" }\n`,
      'expected a host name without scheme',
    ],
    ['a merge key', `${HEAD}x: &x {}\nprofiles: { <<: *x }\n`, 'merge keys are not part of YAML 1.2'],
    ['an unknown tag', `${HEAD}maxParallel: !sceret 3\n`, 'the tag !sceret is unknown; there is !secret'],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem)
  })

  test('names that stand twice, with both places', () => {
    expect(problemsOf(`${HEAD}${PROFILE}${HOSTS}`, `${HEAD}${PROFILE}${HOSTS}`)).toEqual([
      'f1:3:3: installers.palette: stands twice; f0:3:3 has it already',
      'f1:5:3: profiles.store: stands twice; f0:5:3 has it already',
      'f1:9:5: hosts[0].name: a stands twice; f0:9:5 has it already',
    ])
    expect(
      problemsOf('apiVersion: edgeboot/v1\nmaxParallel: 1\n---\napiVersion: edgeboot/v1\nmaxParallel: 2\n'),
    ).toEqual(['f0:5:14: maxParallel: stands twice; f0:2:1 has it already'])
  })

  test('hosts that could be the same machine, with both places', () => {
    const match = '    match: { mac: "00:50:56:aa:bb:cc" }\n'
    const text = `${HEAD}${PROFILE}${HOSTS}${match}  - name: b\n    profile: store\n${match}`

    expect(problemsOf(text)).toEqual([
      'f0:12:5: b.match: b could be the same machine as a (f0:9:5): both match by mac; give them different ones',
    ])
  })

  test('everything at once, in the order of the files', () => {
    const text = `${HEAD}${PROFILE.replace('qemu', 'x')}hosts:\n  - profile: store\n  - name: b\n`

    expect(problemsOf(text).map((problem) => problem.split(' ', 2).join(' '))).toEqual([
      'f0:7:24: profiles.store.machine.driver:',
      'f0:9:5: hosts[0].name:',
      'f0:10:5: hosts[1].profile:',
    ])
  })

  test('a mistake in an installer is not told again for all who use it', () => {
    const text = `${HEAD.replace('./i.iso', '')}${PROFILE}${HOSTS}`

    expect(problemsOf(text)).toHaveLength(1)
  })

  test('of very many mistakes, the first fifty', () => {
    const hosts = Array.from({ length: 80 }, () => '  - name: A\n    profile: store\n').join('')

    expect(() => decodeFleet([{ file: 'f', text: `${HEAD}${PROFILE}hosts:\n${hosts}` }])).toThrow(
      /f:105:11.*\n.*f:107:11.*\n {2}and 30 more$/s,
    )
  })

  test('what is marked secret is never told', () => {
    expect(problemsOf(`${HEAD}maxParallel: !secret hunter2\n`).join()).not.toContain('hunter2')
  })
})

test('aliases that stand for too much are refused in time', () => {
  const levels = Array.from(
    { length: 40 },
    (_, level) => `b${level + 1}: &a${level + 1} [*a${level}, *a${level}]\n`,
  )

  expect(problemsOf(`a: &a0 [x, x]\n${levels.join('')}`).join('\n')).toContain(
    'its aliases stand for too much',
  )
})

const line = fc.constantFrom(
  ...FULL.split('\n'),
  'a: &a [*a]',
  '  - *b',
  '---',
  '\t',
  '? {',
  ']',
  '!secret',
  '<<: x',
  '- - -',
)

test.prop([
  fc.array(line),
  fc.array(fc.tuple(fc.nat(FULL.length), fc.string({ maxLength: 3 })), { maxLength: 4 }),
])('anything else is refused, never more', (lines, changes) => {
  const changed = changes.reduce((text, [at, more]) => text.slice(0, at) + more + text.slice(at + 2), FULL)

  for (const text of [lines.join('\n'), changed]) {
    try {
      decodeFleet([{ file: 'f', text }])
    } catch (error) {
      expect(isFailure(error, 'fleet.invalid')).toBe(true)
    }
  }
})
