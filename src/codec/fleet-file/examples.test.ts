import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Fleet } from '../../domain/fleet/fleet.ts'
import { desireFleet } from '../../services/desire-fleet.ts'
import { decodeUserData } from '../user-data/user-data.ts'
import { decodeFleet } from './parse-fleet.ts'
import { renderUserData } from './render-user-data.ts'

const ROOT = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const lookups = {
  env: () => undefined,
  file: (path: string) => ({ text: read(`examples/fleet/${path}`) }),
}
const vsphereLookups = {
  ...lookups,
  file: (path: string) => ({ text: read(`examples/fleet-vsphere/${path}`) }),
}

function example(folder = 'fleet'): Fleet {
  const file = `examples/${folder}/fleet.yaml`
  return decodeFleet([{ file, text: read(file) }])
}

test('the hosts of the example get three different documents without findings', () => {
  const fleet = example()

  const documents = [...fleet.hosts.keys()].map((name) => renderUserData(fleet, name, lookups).document)

  expect(new Set(documents).size).toBe(3)
  for (const document of documents) expect(decodeUserData(document).findings).toEqual([])
})

test('the second host of the example has its own step after that of its profile', () => {
  const { document } = renderUserData(example(), 'store-berlin-2', lookups)

  expect(parse(document)).toMatchObject({
    stylus: { managementMode: 'local', site: { name: 'store-berlin-2', tags: { site: 'berlin' } } },
    stages: {
      'after-install-chroot': [
        { commands: ['echo "store-berlin-2 in berlin" > /etc/motd'] },
        { commands: ['echo "second of its site" >> /etc/motd'] },
      ],
      network: [{ commands: ['echo "user ${USER:-none} on store-berlin-2" > /dev/tty1'] }],
    },
  })
})

test('the hosts of the example in vSphere differ in what they say themselves', () => {
  const fleet = desireFleet(example('fleet-vsphere'), vsphereLookups, (path) => path)

  expect(decodeUserData(fleet.hosts[0]?.userData ?? '').findings).toEqual([])
  const shared = {
    cluster: '/DC0/host/C0',
    datastore: 'ds1',
    folder: 'edge',
    annotation: 'Edge host. Made by Edgeboot, ask the store team.',
    'extraConfig.guestinfo.owner': 'store-team',
  }
  const usual = {
    driver: 'vsphere',
    boot: 'media',
    firmware: 'bios',
    cpus: 8,
    memoryMiB: 32_768,
    diskGiB: 300,
  }
  expect(fleet.hosts.map(({ name, machine }) => [name, machine])).toEqual([
    ['store-berlin-1', { ...usual, network: 'VM Network', options: shared }],
    [
      'store-berlin-2',
      { ...usual, firmware: 'uefi', memoryMiB: 65_536, network: 'VM Network', options: shared },
    ],
    [
      'store-hamburg-1',
      {
        ...usual,
        network: '/DC0/network/hamburg',
        options: { ...shared, datastore: 'ds2', 'extraConfig.guestinfo.site': 'hamburg' },
      },
    ],
  ])
})

test('the fleet file of the guide to vSphere is one', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(read('docs/guide/vsphere.md')) ?? []

  expect([...decodeFleet([{ file: 'vsphere.md', text }]).hosts.keys()]).toEqual(['store-0042', 'store-0043'])
})

test('the fleet file of the reference is one', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(read('docs/reference/fleet-file.md')) ?? []

  expect([...decodeFleet([{ file: 'fleet-file.md', text }]).hosts.keys()]).toEqual(['store-0042'])
})
