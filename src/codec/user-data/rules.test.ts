import { describe, expect, test } from 'vitest'
import { USER_DATA_RULES } from '../../domain/user-data-rules.ts'
import { EXAMPLE_DOCUMENTS } from './example-documents.ts'
import { decodeUserData } from './user-data.ts'

const END = 'install:\n  poweroff: true\n  device: /dev/sda\n'
const stylus = (...lines: readonly string[]): string =>
  `#cloud-config\nstylus:\n${lines.map((line) => `  ${line}\n`).join('')}${END}`
const site = (...lines: readonly string[]): string => stylus('site:', ...lines.map((line) => `  ${line}`))
const install = (...lines: readonly string[]): string =>
  `#cloud-config\ninstall:\n${lines.map((line) => `  ${line}\n`).join('')}`
const stages = (...lines: readonly string[]): string =>
  `#cloud-config\nstages:\n${lines.map((line) => `  ${line}\n`).join('')}${END}`
const top = (...lines: readonly string[]): string => `#cloud-config\n${lines.join('\n')}\n${END}`

type Mistake = readonly [what: string, text: string, rule: string, line: number, column: number, fix?: string]

/** Each: what the mistake is, the document, and the finding: rule, line, column, and part of the fix. */
const MISTAKES: readonly Mistake[] = [
  ['no header', END, 'header', 1, 1, '#cloud-config'],
  ['a header after a blank line', `\n#cloud-config\n${END}`, 'header-place', 2, 1, 'first line'],
  ['more than the installer reads', `#cloud-config\n# ${'ä'.repeat(600_000)}\n`, 'size', 1, 1],
  ['a tab', top('x:', '\ty: 1'), 'tab', 3, 1, 'spaces'],
  ['broken YAML', top('a: [1,'), 'yaml', 3, 1],
  ['two documents', top('a: 1', '---', 'b: 1'), 'yaml', 3, 1, '---'],
  ['a key twice', top('a: 1', 'a: 2'), 'duplicate-key', 3, 1],
  ['an unknown tag', top('a: !vault x'), 'tag', 2, 4, '!secret'],
  ['a list at the top', '#cloud-config\n- a\n', 'top-level', 2, 1],
  ['too many levels', top(`a: ${'['.repeat(70)}${']'.repeat(70)}`), 'too-complex', 1, 1],
  [
    'an unquoted ####',
    stylus('registryCredentials:', '  domain: r', '  password: ####'),
    'placeholder',
    5,
    5,
  ],
  ['a quoted ####', site('edgeHostToken: "####"'), 'placeholder', 4, 20],
  ['a token left as in the template', site('edgeHostToken: <your-token>'), 'placeholder', 4, 20],
  ['an endpoint left as in the template', site('paletteEndpoint: <endpoint>'), 'placeholder', 4, 22],
  ['a number where text belongs', site('projectName: 12'), 'type', 4, 18, 'quotes'],
  ['text where a truth value belongs', stylus('debug: "true"'), 'type', 3, 10, 'without quotes'],
  ['yes for true', stylus('debug: yes'), 'type', 3, 10, 'true or false'],
  ['yes where its meaning is open', site('tags:', '  edge: yes'), 'truth-word', 5, 13, 'quotes'],
  ['a map where a list belongs', site('ntpServers:', '  a: b'), 'type', 4, 5, '- '],
  ['text where a map belongs', stylus('site: x'), 'type', 3, 9],
  ['no value', site('name:'), 'type', 4, 5],
  ['nothing below a key', stylus('localUI:'), 'empty', 3, 3],
  ['a port that is none', stylus('localUI:', '  port: 70000'), 'value', 4, 11],
  ['an unknown mode', stylus('managementMode: airgap'), 'value', 3, 19],
  [
    'an unknown way to get an address',
    site('network: {interfaces: {e: {type: dhpc}}}'),
    'value',
    4,
    38,
    'dhcp',
  ],
  [
    'a fixed address without one',
    site('network: {interfaces: {e: {type: static, mask: m}}}'),
    'required',
    4,
    32,
  ],
  ['a user without a name', site('users:', '- passwd: x1'), 'required', 5, 7],
  ['a registry without its domain', stylus('registryCredentials: {username: u}'), 'required', 3, 3],
  [
    'a password without its user',
    stylus('registryCredentials: {domain: d, password: p1}'),
    'required',
    3,
    36,
  ],
  ['the old name of a key', stylus('installationMode: airgap'), 'deprecated', 3, 3, 'managementMode: local'],
  ['a key in wrong case', stylus('managementmode: local'), 'misspelt-key', 3, 3, 'managementMode'],
  ['a key with a letter missing', site('edgeHostTokn: x'), 'misspelt-key', 4, 5, 'edgeHostToken'],
  ['no_format for no-format', install('no_format: true'), 'misspelt-key', 3, 3, 'no-format'],
  ['a key of site in stylus', stylus('edgeHostToken: x1'), 'misplaced-key', 3, 3, 'stylus.site'],
  ['a key nobody knows', stylus('zebra: 1'), 'unknown-key', 3, 3],
  ['a key at the top nobody knows', top('stilus: {}'), 'unknown-key', 2, 1, 'stylus'],
  ['a key of install at the top', top('poweroff: true'), 'unknown-key', 2, 1, 'install'],
  ['a key of a step nobody knows', stages('boot:', '- comands: []'), 'unknown-key', 4, 5, 'commands'],
  ['a stage that is a map', stages('network:', '  name: x'), 'stage-list', 3, 3, '- '],
  ['a step that is text', stages('network:', '- echo a'), 'stage-step', 4, 5],
  ['commands that are text', stages('boot:', '- commands: echo a'), 'commands', 4, 15, '- command'],
  [
    'a command a colon made a map',
    stages('boot:', '- commands:', '  - echo a: b'),
    'commands',
    5,
    7,
    'quotes',
  ],
  ['an unquoted condition', stages('boot:', '- if: [ -f /x ]'), 'if', 4, 5, 'quotes'],
  ['a stage outside of stages', top('boot.after:', '- name: x'), 'stage-place', 2, 1, 'stages:'],
  ['a stage nothing runs', stages('netwrok: []'), 'stage-name', 3, 3, 'network'],
  ['an octal mode', stages('boot:', '- files:', '  - {path: /x, permissions: 0644}'), 'octal', 5, 31, '420'],
  ['a leading zero', site('tags: {shop: 0123}'), 'octal', 4, 18, 'quotes'],
  ['an unquoted template', site('name: {{ .x }}'), 'template-quotes', 4, 11, 'quotes'],
  ['a template', site("hostName: 'a{{ .x }}'"), 'template', 4, 15],
  ['an endpoint with a scheme', site('paletteEndpoint: https://a.example/x'), 'endpoint', 4, 5, 'a.example'],
  ['a name with a dot', site('name: a.b'), 'name', 4, 11],
  ['a name that is too long', site(`name: ${'a'.repeat(129)}`), 'name', 4, 11],
  ['a prefix with a space', site('prefix: a b'), 'name', 4, 13],
  ['a host name with an underscore', site('hostName: a_b'), 'value', 4, 15],
  ['a mode word', install('grub_options: {extra_cmdline: kairos.reset}'), 'mode-word', 3, 33, 'rename'],
  ['a further document', top('config_url: http://x/y'), 'config-url', 2, 1],
  ['both ways to finish', install('reboot: true', 'poweroff: true'), 'finish', 4, 3, 'one'],
  ['no way to finish', install('device: /dev/sda'), 'finish', 2, 1, 'poweroff'],
  ['the largest disk, unsaid', install('poweroff: true'), 'device', 2, 1, 'by-id'],
  ['the largest disk, said', install('device: auto'), 'device', 3, 3, 'by-id'],
  ['a device that is none', install('device: sda'), 'value', 3, 11],
  ['a token nobody uses', stylus('managementMode: local', 'site: {edgeHostToken: a1}'), 'local-token', 4, 10],
  ['a token without endpoint', site('edgeHostToken: a1'), 'token-endpoint', 4, 5],
  ['a token without project', site('edgeHostToken: a1'), 'token-project', 4, 5, 'projectName'],
  ['a proxy for everything', site('network:', '  httpProxy: http://p:1'), 'no-proxy', 5, 7, 'noProxy'],
  ['a user who cannot log in', site('users:', '- name: x'), 'login', 5, 7],
  ['such a user at the top', top('users:', '- name: x'), 'login', 3, 3],
  ['such a user in a step', stages('boot:', '- users: {x: {groups: []}}'), 'login', 4, 13],
  ['a secret on plain HTTP', site('edgeHostToken: a1'), 'secret-over-http', 4, 5, 'HTTPS'],
]

const CASES = MISTAKES.map(([what, text, rule, line, column, fix = '']) => ({
  what,
  text,
  expected: { rule, line, column },
  fix,
}))

describe('user-data', () => {
  test.each(CASES)('with $what is told so at its place, with what to do', ({ text, expected, fix }) => {
    const { findings } = decodeUserData(text, { servedOver: 'http' })

    const finding = findings.find(({ rule }) => rule === expected.rule)
    expect(finding).toMatchObject(expected)
    expect(finding?.fix ?? '').toContain(fix)
    expect(finding?.severity).toBe(finding && USER_DATA_RULES[finding.rule])
  })

  test('has a mistake in this table for every rule', () => {
    const tried = new Set(MISTAKES.map(([, , rule]) => rule))

    expect([...tried].toSorted()).toEqual(Object.keys(USER_DATA_RULES).toSorted())
  })

  test.each(Object.entries(EXAMPLE_DOCUMENTS))('for %s has nothing wrong with it', (_, text) => {
    expect(decodeUserData(text).findings).toEqual([])
  })

  test('for one disk need not name it', () => {
    expect(decodeUserData(install('poweroff: true'), { disks: 1 }).findings).toEqual([])
  })

  test('is never quoted in what is said about it', () => {
    const secret = 'hunter2hunter2'
    const texts = [
      stylus(`registryCredentials: {domain: d, username: [${secret}], password: [${secret}]}`),
      stylus(`site: ${secret}`, `debug: ${secret}`, `managementMode: ${secret}`),
      site(`edgeHostToken: {a: ${secret}}`, `name: ${secret}.`, `paletteEndpoint: https://u:${secret}@h/`),
      top(`a: *${secret}`, `  - ${secret}: "${secret}`, `${secret}`, `}${secret}`),
      top(`a: "\\q${secret}"`, `b: @${secret}`, `%${secret}`),
    ]

    for (const text of texts) {
      const { findings } = decodeUserData(text, { servedOver: 'http' })
      expect(findings.length).toBeGreaterThan(0)
      expect(JSON.stringify(findings)).not.toContain(secret)
    }
  })

  test('with control characters in keys is told of without them', () => {
    const { findings } = decodeUserData(top('"\\e[2Jx\\n": 1'))

    expect(findings[0]?.message).toContain('?[2Jx?')
  })

  test('with merged and aliased maps is read as hosts read it', () => {
    const text = stylus('site: &s', '  edgeHostToken: ####', 'localUI: {<<: *s}')

    const rules = decodeUserData(text).findings.map(({ rule, line }) => [rule, line])

    expect(rules).toContainEqual(['placeholder', 4])
    expect(rules).toContainEqual(['misplaced-key', 4])
  })
})
