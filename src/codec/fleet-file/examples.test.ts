import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Fleet } from '../../domain/fleet/fleet.ts'
import { decodeUserData } from '../user-data/user-data.ts'
import { decodeFleet } from './parse-fleet.ts'
import { renderUserData } from './render-user-data.ts'

const ROOT = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const lookups = {
  env: () => undefined,
  file: (path: string) => ({ text: read(`examples/fleet/${path}`) }),
}

function example(): Fleet {
  return decodeFleet([{ file: 'examples/fleet/fleet.yaml', text: read('examples/fleet/fleet.yaml') }])
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

test('the fleet file of the reference is one', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(read('docs/reference/fleet-file.md')) ?? []

  expect([...decodeFleet([{ file: 'fleet-file.md', text }]).hosts.keys()]).toEqual(['store-0042'])
})
