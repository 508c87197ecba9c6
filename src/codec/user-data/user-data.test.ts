import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parse } from 'yaml'
import { mergePhoneHome } from './phone-home.ts'
import { decodeUserData, inertUserData, renderUserData, type UserDataDocument } from './user-data.ts'

const FINISH = 'install:\n  poweroff: true\n  device: /dev/sda\n'
const rulesOf = (text: string): readonly string[] => decodeUserData(text).findings.map(({ rule }) => rule)
const decoded = (text: string): UserDataDocument => {
  const { document, findings } = decodeUserData(text)
  if (!document) throw new Error(JSON.stringify(findings))
  return document
}

describe('a user-data file', () => {
  test('without mistakes has no findings and says what the rest of the program needs', () => {
    const text = `#cloud-config\nstylus:\n  managementMode: local\n  localUI:\n    port: 6000\n  site:\n    name: store-1\n${FINISH}`

    expect(decodeUserData(text)).toMatchObject({
      findings: [],
      summary: { managementMode: 'local', finish: 'poweroff', localUiPort: 6000, siteName: 'store-1' },
    })
  })

  test.each([
    ['no header', FINISH, 'header', 1],
    ['a header below the first line', `\n#cloud-config\n${FINISH}`, 'header-place', 2],
    ['broken YAML', `#cloud-config\n${FINISH}a: [1,\n`, 'yaml', 6],
    ['a tab', `#cloud-config\n${FINISH}x:\n\ty: 1\n`, 'tab', 6],
    ['the same key twice', `#cloud-config\n${FINISH}a: 1\na: 2\n`, 'duplicate-key', 6],
    ['a list at the top', '#cloud-config\n- a\n', 'top-level', 1],
    [
      'a stage that is no list',
      `#cloud-config\n${FINISH}stages:\n  network:\n    name: x\n`,
      'stage-list',
      6,
    ],
    [
      'a command that a colon made a map',
      `#cloud-config\n${FINISH}stages:\n  boot:\n  - commands:\n    - echo a: b\n`,
      'commands',
      8,
    ],
    ['an unquoted condition', `#cloud-config\n${FINISH}stages:\n  boot:\n  - if: [ -f /x ]\n`, 'if', 7],
    ['a stage outside of stages', `#cloud-config\n${FINISH}boot.after:\n- name: x\n`, 'stage-place', 5],
    [
      'a #### placeholder',
      `#cloud-config\n${FINISH}stylus:\n  registryCredentials:\n    password: ####\n`,
      'placeholder',
      7,
    ],
    [
      'a placeholder token',
      `#cloud-config\n${FINISH}stylus:\n  site:\n    edgeHostToken: <your-token>\n`,
      'placeholder',
      7,
    ],
    [
      'an endpoint with a scheme',
      `#cloud-config\n${FINISH}stylus:\n  site:\n    paletteEndpoint: https://api.example.com/\n`,
      'endpoint',
      7,
    ],
    [
      'both ways to finish',
      '#cloud-config\ninstall:\n  poweroff: true\n  reboot: true\n  device: /dev/sda\n',
      'finish',
      3,
    ],
    ['no way to finish', '#cloud-config\ninstall:\n  device: /dev/sda\n', 'finish', 2],
    [
      'a token that is not used',
      `#cloud-config\n${FINISH}stylus:\n  managementMode: local\n  site:\n    edgeHostToken: abc\n`,
      'local-token',
      8,
    ],
    ['no device', '#cloud-config\ninstall:\n  poweroff: true\n', 'device', 2],
    [
      'a name that cannot be a host id',
      `#cloud-config\n${FINISH}stylus:\n  site:\n    name: a.b\n`,
      'name',
      7,
    ],
    [
      'a user who cannot log in',
      `#cloud-config\n${FINISH}stylus:\n  site:\n    users:\n    - name: x\n`,
      'login',
      8,
    ],
    [
      'a truth value in quotes',
      '#cloud-config\ninstall:\n  poweroff: "yes"\n  device: /dev/sda\n',
      'type',
      3,
    ],
    ['an unknown management mode', `#cloud-config\n${FINISH}stylus:\n  managementMode: airgap\n`, 'value', 6],
  ])('with %s is told so at its place', (_, text, rule, line) => {
    expect(decodeUserData(text).findings).toContainEqual(expect.objectContaining({ rule, line }))
  })

  test('larger than the installer reads is refused', () => {
    expect(rulesOf(`#cloud-config\n#${'x'.repeat(1024 * 1024)}`)).toEqual(['size'])
  })

  test('that blows up by its aliases is refused', () => {
    const bomb = Array.from(
      { length: 30 },
      (_, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}, *l${index}]`,
    )

    expect(rulesOf(`#cloud-config\nl0: &l0 x\n${bomb.join('\n')}\n`)).toEqual(['too-complex'])
  })

  test.prop([fc.string()])('of whatever content is answered, never thrown at', (text) => {
    expect(Array.isArray(decodeUserData(`#cloud-config\n${text}`).findings)).toBe(true)
  })
})

const url = 'http://192.0.2.1:8080/h/token/events'

describe('the hooks by which a host reports', () => {
  test("come after the user's own steps, and comments stay", () => {
    const own = `#cloud-config\n# mine\n${FINISH}stages:\n  after-install: # keep\n    - name: own\n      commands: [echo hi]\n`

    const merged = mergePhoneHome(decoded(own), { eventsUrl: url })

    expect(merged.startsWith('#cloud-config\n')).toBe(true)
    expect(merged).toContain('# mine')
    expect(merged).toContain('# keep')
    const stages = parse(merged).stages
    expect(stages['after-install'].map(({ name }: { name: string }) => name)).toEqual([
      'own',
      'edgeboot: report after-install',
    ])
    expect(Object.keys(stages)).toEqual([
      'after-install',
      'kairos-install.pre',
      'before-install',
      'after-install-chroot',
      'kairos-install.after',
      'network',
    ])
  })

  test('never make an installation fail, and the first boot from disk reports once', () => {
    const { stages } = parse(mergePhoneHome(decoded(`#cloud-config\n${FINISH}`), { eventsUrl: url }))
    const commands = Object.values(stages as Record<string, { commands: string[] }[]>).map(
      ([step]) => step?.commands[0] ?? '',
    )

    for (const command of commands) {
      expect(command).toMatch(/\|\| true$/)
      expect(command).toContain(`'${url}'`)
    }
    expect(stages.network[0].commands[0]).toContain('{"stage":"disk-boot"}')
    expect(stages.network[0].commands[0]).toContain('touch /usr/local/.edgeboot-reported')
  })

  const key = fc.stringMatching(/^[a-z]{1,8}$/)
  const values = fc.dictionary(
    key,
    fc.oneof(fc.integer(), fc.boolean(), fc.stringMatching(/^[ -~]{0,20}$/), fc.array(fc.integer())),
  )

  test.prop([values])("leave all of the user's own values as they were", (own) => {
    const text = `#cloud-config\n${FINISH}own: ${JSON.stringify(own)}\n`

    const merged = parse(mergePhoneHome(decoded(text), { eventsUrl: url }))

    expect(merged.own).toEqual(own)
    expect(merged.install).toEqual({ poweroff: true, device: '/dev/sda' })
  })
})

test('a document is served as it is, with its header in the first line', () => {
  expect(renderUserData(decoded(`# note\n#cloud-config\n${FINISH}`))).toBe(`#cloud-config\n# note\n${FINISH}`)
})

test('installed hosts get a document that changes nothing', () => {
  expect(inertUserData()).toBe('#cloud-config\n')
})
