import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parse } from 'yaml'
import { preparePhoneHome } from './phone-home.ts'
import { decodeUserData, inertUserData, renderUserData, type UserDataDocument } from './user-data.ts'

const FINISH = 'install:\n  poweroff: true\n  device: /dev/sda\n'
const rulesOf = (text: string): readonly string[] => decodeUserData(text).findings.map(({ rule }) => rule)
const decoded = (text: string): UserDataDocument => {
  const { document, findings } = decodeUserData(text)
  if (!document) throw new Error(JSON.stringify(findings))
  return document
}

/** Text that is nearly YAML. */
const yamlLike = fc
  .array(
    fc.constantFrom(
      ...[
        'stylus',
        'site',
        'stages',
        'boot',
        'install',
        'users',
        '<<',
        '&a',
        '*a',
        '!secret',
        '? ',
        '- ',
        ': ',
      ],
      ...[
        '\n',
        '\n  ',
        '\n    ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '"',
        "'",
        '|',
        '>',
        '#',
        '---',
        '####',
        '{{',
        '0644',
        '\t',
      ],
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

describe('a user-data file', () => {
  test('without mistakes has no findings and says what the rest of the program needs', () => {
    const text = `#cloud-config\nstylus:\n  managementMode: local\n  localUI:\n    port: 6000\n  site:\n    name: store-1\n${FINISH}`

    expect(decodeUserData(text)).toMatchObject({
      findings: [],
      summary: { managementMode: 'local', finish: 'poweroff', localUiPort: 6000, siteName: 'store-1' },
    })
  })

  test('says what the id of its host is made of', () => {
    const summaryOf = (site: string) =>
      decodeUserData(`#cloud-config\nstylus: { site: ${site} }\n${FINISH}`).summary

    expect(summaryOf('{ prefix: shop }')).toMatchObject({ sitePrefix: 'shop' })
    expect(summaryOf('{ deviceUIDPaths: [{ name: /etc/uid }] }')).toMatchObject({ hasOtherIdSource: true })
    expect(summaryOf('{ deviceUIDPaths: [{ name: /sys/class/dmi/id/product_uuid }] }')).not.toHaveProperty(
      'hasOtherIdSource',
    )
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

  test('that says nothing is a document with warnings', () => {
    expect(decodeUserData('#cloud-config\n').document?.text).toBe('#cloud-config\n')
    expect(rulesOf('#cloud-config\n')).toEqual(['finish', 'device'])
  })

  test.prop([fc.oneof(fc.string({ unit: 'grapheme' }), yamlLike)])(
    'of whatever content is answered, never thrown at',
    (text) => {
      expect(Array.isArray(decodeUserData(`#cloud-config\n${text}`).findings)).toBe(true)
    },
  )
})

const url = 'http://192.0.2.1:8080/h/token/events'

describe('the hooks by which a host reports', () => {
  test("come after the user's own steps, and comments stay", () => {
    const own = `#cloud-config\n# mine\n${FINISH}stages:\n  after-install: # keep\n    - name: own\n      commands: [echo hi]\n`

    const merged = preparePhoneHome(decoded(own))(url)

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
    const { stages } = parse(preparePhoneHome(decoded(`#cloud-config\n${FINISH}`))(url))
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

  test('leave the spelling of numbers as it was, because hosts read 0644 as octal', () => {
    const text = `#cloud-config\n${FINISH}x: {permissions: 0644, a: 0x1F, b: 1.10, c: 1e3, d: yes, e: }\n`

    expect(preparePhoneHome(decoded(text))(url)).toContain(
      'x: { permissions: 0644, a: 0x1F, b: 1.10, c: 1e3, d: yes, e: }',
    )
  })

  test('report where they are told to, also where the document has that in it', () => {
    const own = `#cloud-config\n${FINISH}x: http://reports.invalid/ and more\ny: "http:\\/\\/reports.invalid/"\n`
    const template = preparePhoneHome(decoded(own))

    for (const eventsUrl of [url, 'https://[2001:db8::1]:8443/h/other/events']) {
      const { x, y, stages } = parse(template(eventsUrl))
      expect(x).toBe('http://reports.invalid/ and more')
      expect(y).toBe('http://reports.invalid/')
      expect(stages['before-install'][0].commands[0]).toContain(`' '${eventsUrl}' >/dev/null`)
    }
  })

  test.prop([fc.string({ unit: 'grapheme' })])(
    'are the same but for the address, whatever stands in it',
    (url) => {
      const template = preparePhoneHome(decoded(`#cloud-config\n${FINISH}`))
      const commandsOf = (eventsUrl: string): readonly string[] =>
        Object.values(parse(template(eventsUrl)).stages as Record<string, [{ commands: [string] }]>).map(
          ([{ commands }]) => commands[0],
        )

      const commands = commandsOf(url)

      for (const [index, marked] of commandsOf('MARK').entries()) {
        const [before = '', after = ''] = marked.split('MARK')
        const command = commands[index] ?? ''
        expect(command.startsWith(before) && command.endsWith(after)).toBe(true)
        expect(command.slice(before.length, command.length - after.length)).toMatch(/^[!#-&(-[\]-~]*$/)
      }
    },
  )

  test.prop([values])("leave all of the user's own values as they were", (own) => {
    const text = `#cloud-config\n${FINISH}own: ${JSON.stringify(own)}\n`

    const merged = parse(preparePhoneHome(decoded(text))(url))

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
