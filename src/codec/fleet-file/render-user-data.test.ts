import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Fleet } from '../../domain/fleet/fleet.ts'
import { formatProblem } from '../../domain/fleet/problem.ts'
import type { FileLookup } from '../../domain/fleet/variables.ts'
import { maskSecrets } from '../user-data/mask-secrets.ts'
import { decodeUserData } from '../user-data/user-data.ts'
import { decodeFleet } from './parse-fleet.ts'
import { createUserDataRenderer, type RenderLookups, renderUserData } from './render-user-data.ts'

const FLEET = `apiVersion: edgeboot/v1
installers:
  palette: { iso: ./i.iso }
userData:
  install: { device: /dev/sda, poweroff: true }
  stages:
    boot:
      - name: all
        commands: ['echo "$HOME" "$\${x}"']
profiles:
  store:
    installer: palette
    userData: ./base.user-data.yaml
    machine: { driver: qemu }
hosts:
  - name: store-1
    profile: store
    labels: { site: berlin }
    userData:
      stylus: { site: { tags: { site: "\${host.labels.site}" } } }
      stages: { "boot+": [{ name: own, commands: ["echo \${host.name}"] }] }
  - name: store-2
    profile: store
`
const BASE = `#cloud-config
stylus:
  site:
    name: \${host.name}
    edgeHostToken: \${env.TOKEN}
    caCerts: ["\${file.ca.pem}"]
    projectName: !secret top
  registryCredentials: { domain: r.example.com, username: u, password: "0123" }
`
const lookups: RenderLookups = {
  env: (name) => (name === 'TOKEN' ? '4711' : undefined),
  file: (path, from) =>
    new Map<string, FileLookup>(
      Object.entries({
        'fleet.yaml ./base.user-data.yaml': { text: BASE, file: 'dir/base.user-data.yaml' },
        'dir/base.user-data.yaml ca.pem': { text: 'line one\nline two\n' },
      }),
    ).get(`${from} ${path}`) ?? { problem: 'there is no such file' },
}
const fleetOf = (text: string): Fleet => decodeFleet([{ file: 'fleet.yaml', text }])
const errorsOf = (text: string, more: Partial<RenderLookups> = {}): readonly string[] =>
  renderUserData(fleetOf(text), 'store-1', { ...lookups, ...more }).errors.map(formatProblem)

describe('the user-data of a host', () => {
  test('is that of the fleet, of its profile and its own, with its variables', () => {
    const { document, errors } = renderUserData(fleetOf(FLEET), 'store-1', lookups)

    expect(errors).toEqual([])
    expect(document).toMatch(/^#cloud-config\n/)
    expect(parse(document)).toEqual({
      install: { device: '/dev/sda', poweroff: true },
      stages: {
        boot: [
          { name: 'all', commands: ['echo "$HOME" "${x}"'] },
          { name: 'own', commands: ['echo store-1'] },
        ],
      },
      stylus: {
        site: {
          name: 'store-1',
          edgeHostToken: '4711',
          caCerts: ['line one\nline two'],
          projectName: 'top',
          tags: { site: 'berlin' },
        },
        registryCredentials: { domain: 'r.example.com', username: 'u', password: '0123' },
      },
    })
    expect(decodeUserData(document).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('says where its secrets stand, for whoever shows it without the fleet file', () => {
    const { document, secretPaths } = renderUserData(fleetOf(FLEET), 'store-1', lookups)

    const shown = maskSecrets(document, secretPaths)

    expect(document).toMatch(/line one/)
    expect(shown).not.toMatch(/4711|line one|top|0123/)
    expect(shown).toContain('berlin')
    // The key tells this one.
    expect(secretPaths).not.toContainEqual(['stylus', 'registryCredentials', 'password'])
  })

  test('can be shown without its secrets', () => {
    const { masked } = renderUserData(fleetOf(FLEET), 'store-1', lookups)

    expect(masked).not.toMatch(/4711|line one|top|0123/)
    expect(parse(masked).stylus).toEqual({
      site: {
        name: 'store-1',
        edgeHostToken: '••••••',
        caCerts: ['••••••'],
        projectName: '••••••',
        tags: { site: 'berlin' },
      },
      registryCredentials: { domain: 'r.example.com', username: 'u', password: '••••••' },
    })
  })

  test('says of each value which layer and line it came from', () => {
    const { explain } = renderUserData(fleetOf(FLEET), 'store-1', lookups)

    const told = explain.map(({ path, layer, place, secret }) => [
      path,
      layer,
      `${place.file}:${place.line}`,
      secret,
    ])
    expect(told).toEqual([
      ['install.device', 'fleet', 'fleet.yaml:5', false],
      ['install.poweroff', 'fleet', 'fleet.yaml:5', false],
      ['stages.boot[0].name', 'fleet', 'fleet.yaml:8', false],
      ['stages.boot[0].commands[0]', 'fleet', 'fleet.yaml:9', false],
      ['stages.boot[1].name', 'host store-1', 'fleet.yaml:21', false],
      ['stages.boot[1].commands[0]', 'host store-1', 'fleet.yaml:21', false],
      ['stylus.site.name', 'profile store', 'dir/base.user-data.yaml:4', false],
      ['stylus.site.edgeHostToken', 'profile store', 'dir/base.user-data.yaml:5', true],
      ['stylus.site.caCerts[0]', 'profile store', 'dir/base.user-data.yaml:6', true],
      ['stylus.site.projectName', 'profile store', 'dir/base.user-data.yaml:7', true],
      ['stylus.site.tags.site', 'host store-1', 'fleet.yaml:20', false],
      ['stylus.registryCredentials.domain', 'profile store', 'dir/base.user-data.yaml:8', false],
      ['stylus.registryCredentials.username', 'profile store', 'dir/base.user-data.yaml:8', false],
      ['stylus.registryCredentials.password', 'profile store', 'dir/base.user-data.yaml:8', true],
    ])
  })

  test('says of each of its lines where it came from, so that findings lead to the layer', () => {
    const { document, origins } = renderUserData(fleetOf(FLEET), 'store-1', lookups)

    const lines = document.trimEnd().split('\n')
    expect(origins).toHaveLength(lines.length)
    expect(origins[0]).toBeUndefined()
    expect(origins[lines.findIndex((line) => line.includes('edgeHostToken'))]).toMatchObject({
      file: 'dir/base.user-data.yaml',
      line: 5,
    })
  })

  test('without any layer changes nothing', () => {
    const text = FLEET.replace(/userData:\n {2}install[\s\S]*?(?=profiles:)/, '').replace(
      '    userData: ./base.user-data.yaml\n',
      '',
    )

    expect(renderUserData(fleetOf(text), 'store-2', lookups).document).toBe('#cloud-config\n')
  })

  test('reads a file that many hosts share only once', () => {
    const asked: string[] = []
    const renderer = createUserDataRenderer(fleetOf(FLEET), {
      ...lookups,
      file(path, from) {
        asked.push(path)
        return lookups.file(path, from)
      },
    })

    for (const name of ['store-1', 'store-2', 'store-1']) renderer.render(name)

    expect(asked.filter((path) => path === './base.user-data.yaml')).toHaveLength(1)
  })
})

describe('a mistake in user-data layers is told with its place:', () => {
  test.each([
    [
      'an unknown variable',
      ['${host.labels.site}', '${host.labels.sit}'],
      'fleet.yaml:20:39: stylus.site.tags.site: ${host.labels.sit} is no variable: did you mean ${host.labels.site}?',
    ],
    [
      'a missing file',
      ['./base.user-data.yaml', './bse.yaml'],
      'fleet.yaml:13:15: userData: ./bse.yaml: there is no such file',
    ],
    [
      'layers of different shape',
      ['{ site: { tags', '{ site: x, xsite: { tags'],
      'fleet.yaml:20:17: stylus.site: is a single value here but a map at dir/base.user-data.yaml:3:3',
    ],
    [
      'appending what is no list',
      ['"boot+": [{ name: own, commands: ["echo ${host.name}"] }]', '"boot+": x'],
      'stages.boot+: a key that ends in + appends a list',
    ],
  ])('%s', (_, [before = '', after = ''], problem) => {
    expect(errorsOf(FLEET.replace(before, () => after)).join('\n')).toContain(problem)
  })

  test.each([
    ['no YAML', 'a: [', 'dir/base.user-data.yaml:1:5: this is no YAML'],
    ['a list', '- a', './base.user-data.yaml has to be a map of keys'],
    ['two documents', 'a: b\n---\nc: d\n', './base.user-data.yaml has more than one document'],
    [
      'the same key twice',
      'a: b\na: c\n',
      'dir/base.user-data.yaml:2:1: a: stands twice: line 1 has it already',
    ],
  ])('%s in a file', (_, text, problem) => {
    const file = () => ({ text, file: 'dir/base.user-data.yaml' })

    expect(errorsOf(FLEET, { file }).join('\n')).toContain(problem)
  })

  test('an environment variable that is not set, without any document', () => {
    const rendered = renderUserData(fleetOf(FLEET), 'store-1', { ...lookups, env: () => undefined })

    expect(rendered.errors.map(formatProblem)).toEqual([
      expect.stringContaining(
        'dir/base.user-data.yaml:5:20: stylus.site.edgeHostToken: ${env.TOKEN}: the environment has no variable',
      ),
    ])
    expect(rendered).toMatchObject({ document: '', masked: '', explain: [] })
  })

  test('a document installers would skip for its size', () => {
    const large = FLEET.replace('device: /dev/sda', `x: ${'x'.repeat(1024 * 1024)}`)

    expect(errorsOf(large).join()).toContain('larger than 1 MiB')
  })

  test('a host the fleet has not', () => {
    expect(() => renderUserData(fleetOf(FLEET), 'store-3', lookups)).toThrow('the fleet has no host store-3')
  })
})
