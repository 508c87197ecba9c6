import { describe, expect, test } from 'vitest'
import { aDatacenter, aDatastore, anObject, aVcenter, object } from '../../../../test/support/a-vcenter.ts'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import {
  anElement,
  createFakeVimClient,
  type FakeObject,
  type FakeVimClient,
} from '../../../../test/support/fake-vim-client.ts'
import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import type { CleanedFile } from '../../../ports/media-cleaner.ts'
import { createInventory } from '../inventory/inventory.ts'
import { createMediaCleaner } from './clean-media.ts'
import { judgeMedia } from './judge-media.ts'

const signal = AbortSignal.timeout(20_000)
const NOW = Date.UTC(2026, 0, 10)
const HOUR = 3_600_000
const DIGEST = '0123456789abcdef'

/** Folders `edgeboot` by datastore: names of files, each with its age in hours. */
type Folders = Readonly<Record<string, Readonly<Record<string, number>>>>

function vcenter(folders: Folders, ...more: FakeObject[]): FakeVimClient {
  const browsers = Object.keys(folders).map((name) => ({
    ref: object('Datastore', name),
    properties: {
      browser: object('HostDatastoreBrowser', `browser-${name}`),
      'summary.url': `ds:///${name}/`,
    },
  }))
  return createFakeVimClient(aVcenter(...browsers, ...more), {
    CurrentTime: () => anElement('answer', [anElement('returnval', new Date(NOW).toISOString())]),
    SearchDatastore_Task: ({ target }) => {
      const files = folders[target.id.replace('browser-', '')]
      if (files && Object.keys(files).length > 0) return anElement('val', Object.entries(files).map(aFile))
      throw new VimRefusal({ type: 'FileNotFound', message: '', properties: {} }, 'looking')
    },
  })
}

function aFile([name, hours]: [string, number]): XmlElement {
  return anElement('file', [
    anElement('path', name),
    anElement('fileSize', '10'),
    anElement('modification', new Date(NOW - hours * HOUR).toISOString()),
  ])
}

/** A machine with a file in its drive. */
function aMachine(name: string, file?: string): FakeObject {
  const backing = file === undefined ? [] : [anElement('backing', [anElement('fileName', file)])]
  const devices = anElement('val', [anElement('VirtualDevice', backing, { type: 'VirtualCdrom' })])
  return anObject(object('VirtualMachine', name), name, object('Folder', 'dc0-vm'), {
    'config.hardware.device': devices,
  })
}

async function clean(
  client: FakeVimClient,
  {
    dryRun = false,
    where = {},
  }: { readonly dryRun?: boolean; readonly where?: { readonly datastore?: string } } = {},
) {
  const notes: string[] = []
  const inventory = createInventory(client, createFakeClock(NOW))
  const cleaner = createMediaCleaner({ client, inventory, where })
  const files = await Array.fromAsync(cleaner.clean({ dryRun, note: (text) => notes.push(text) }, signal))
  return { files, notes, told: files.map(tell) }
}

const tell = ({ outcome, place, reason }: CleanedFile) => `${outcome} ${place}: ${reason}`
const removals = (client: FakeVimClient) =>
  client.calls.filter(({ method }) => /Delete/.test(method)).map(({ args }) => args[0]?.content)

describe('boot media', () => {
  test('that no machine uses are removed, and nothing else', async () => {
    const client = vcenter(
      {
        ds1: {
          [`old-${DIGEST}.iso`]: 2,
          [`mine-${DIGEST}.iso`]: 2,
          [`fresh-${DIGEST}.iso`]: 0.5,
          'ubuntu.iso': 999,
          [`x-${DIGEST}.iso.part-0a`]: 25,
          [`y-${DIGEST}.iso.part-0a`]: 23,
        },
      },
      aMachine('theirs', `[ds1] edgeboot/mine-${DIGEST}.iso`),
      aMachine('empty'),
    )

    expect((await clean(client)).told).toEqual([
      `removed [ds1] edgeboot/old-${DIGEST}.iso: no machine uses it`,
      `kept [ds1] edgeboot/mine-${DIGEST}.iso: used by theirs`,
      `kept [ds1] edgeboot/fresh-${DIGEST}.iso: less than an hour old: a machine may be about to use it`,
      'kept [ds1] edgeboot/ubuntu.iso: its name is none of ours',
      `removed [ds1] edgeboot/x-${DIGEST}.iso.part-0a: left over from an upload`,
      `kept [ds1] edgeboot/y-${DIGEST}.iso.part-0a: it may still be being uploaded`,
    ])
    expect(removals(client)).toEqual([
      `[ds1] edgeboot/old-${DIGEST}.iso`,
      `[ds1] edgeboot/x-${DIGEST}.iso.part-0a`,
    ])
  })

  test('are only looked at when nothing is to be done', async () => {
    const client = vcenter({ ds1: { [`old-${DIGEST}.iso`]: 2 } })

    expect((await clean(client, { dryRun: true })).files).toEqual([
      {
        place: `[ds1] edgeboot/old-${DIGEST}.iso`,
        bytes: 10,
        outcome: 'unused',
        reason: 'no machine uses it',
      },
    ])
    expect(removals(client)).toEqual([])
  })

  test('are used by whoever sees the same datastore under another name, or says it in another way', async () => {
    const file = `old-${DIGEST}.iso`
    const alias = aDatastore('alias', 'dc1', 1)
    const same = { ref: alias.ref, properties: { ...alias.properties, 'summary.url': 'ds:///ds1/' } }
    const others = [...aDatacenter('DC1', 'dc1'), same]
    const run = async (path: string) => {
      const client = vcenter({ ds1: { [file]: 2 } }, ...others, aMachine('theirs', path))
      return (await clean(client, { where: { datastore: '/DC0/datastore/ds1' } })).told
    }

    for (const path of [
      `[alias] edgeboot/${file}`,
      `/vmfs/volumes/ds1/edgeboot/${file}`,
      `[ds1] /edgeboot/${file}`,
    ])
      expect(await run(path)).toEqual([`kept [ds1] edgeboot/${file}: used by theirs`])
    expect(await run(`[other] edgeboot/${file}`)).toEqual([
      `removed [ds1] edgeboot/${file}: no machine uses it`,
    ])
  })

  test('are used by snapshots, also of snapshots', async () => {
    const file = `old-${DIGEST}.iso`
    const { ref, properties } = aMachine('theirs')
    const snapshot = (name: string, id: string, inside: readonly XmlElement[] = []) =>
      anElement(name, [
        anElement('snapshot', id, { attributes: { type: 'VirtualMachineSnapshot' } }),
        ...inside,
      ])
    const tree = anElement('val', [
      snapshot('rootSnapshotList', 'snap-1', [snapshot('childSnapshotList', 'snap-2')]),
    ])
    const earlier = aMachine('x', `[ds1] edgeboot/${file}`).properties['config.hardware.device'] ?? ''
    const objects = [
      { ref, properties: { ...properties, snapshot: tree } },
      {
        ref: object('VirtualMachineSnapshot', 'snap-2'),
        properties: { vm: ref, 'config.hardware.device': earlier },
      },
    ]

    expect((await clean(vcenter({ ds1: { [file]: 2 } }, ...objects))).told).toEqual([
      `kept [ds1] edgeboot/${file}: used by theirs`,
    ])
  })

  test('are looked for on the datastore that is named, or on all of the data centre', async () => {
    const file = `old-${DIGEST}.iso`
    const folders = { ds1: { [file]: 2 }, ds2: { [file]: 2 } }
    const second = aDatastore('ds2', 'dc0', 1)
    const ds2 = {
      ref: second.ref,
      properties: { ...second.properties, browser: object('HostDatastoreBrowser', 'browser-ds2') },
    }

    expect((await clean(vcenter(folders, ds2))).files).toHaveLength(2)
    expect((await clean(vcenter(folders, ds2), { where: { datastore: 'ds2' } })).told).toEqual([
      `removed [ds2] edgeboot/${file}: no machine uses it`,
    ])
    expect((await clean(vcenter({ ds1: {} }))).files).toEqual([])
  })

  test('that cannot be removed do not keep the others', async () => {
    const client = vcenter({ ds1: { [`a-${DIGEST}.iso`]: 2, [`b-${DIGEST}.iso`]: 2 } })
    const remove = client.runTask
    client.runTask = async (call, ...rest) => {
      if (call.args[0]?.content === `[ds1] edgeboot/a-${DIGEST}.iso`)
        throw new VimRefusal({ type: 'FileLocked', message: '', properties: {} }, 'removing a')
      return remove(call, ...rest)
    }

    expect((await clean(client)).told).toEqual([
      expect.stringContaining(`failed [ds1] edgeboot/a-${DIGEST}.iso: removing a: FileLocked`),
      `removed [ds1] edgeboot/b-${DIGEST}.iso: no machine uses it`,
    ])
  })

  test('on a datastore that is away are told, and it is said what cannot be seen', async () => {
    const away = vcenter(
      { ds1: { [`a-${DIGEST}.iso`]: 2 } },
      aDatastore('ds1', 'dc0', 1, { accessible: false }),
    )
    const half = { ref: object('VirtualMachine', 'half'), properties: { name: 'half' } }

    expect((await clean(away)).told).toEqual(['failed [ds1]: the datastore is not accessible'])
    expect((await clean(vcenter({ ds1: { [`a-${DIGEST}.iso`]: 2 } }, half))).notes).toEqual([
      'this user may not see the whole inventory: machines outside of what it sees count as using nothing',
      'machines that do not tell what is in their drives count as using nothing: half',
    ])
  })
})

test.each([
  [`../a-${DIGEST}.iso`],
  [`sub/a-${DIGEST}.iso`],
  [`a-${DIGEST}.iso.lock`],
  [`a-${DIGEST}.ISO`],
  ['a-0123456789abcdeg.iso'],
  [`-${DIGEST}.iso`],
  [`a-${DIGEST}.iso.part-../x`],
])('%s is none of ours', (name) => {
  expect(judgeMedia({ name, isFolder: false, bytes: 1, modified: 0 }, [], NOW).remove).toBe(false)
})

test('folders, and files of unknown age, are kept', () => {
  const file = { name: `a-${DIGEST}.iso`, isFolder: false, bytes: 1, modified: 0 }
  expect(judgeMedia(file, [], NOW).remove).toBe(true)
  expect(judgeMedia({ ...file, isFolder: true }, [], NOW).remove).toBe(false)
  expect(judgeMedia({ ...file, modified: undefined }, [], NOW).remove).toBe(false)
  expect(judgeMedia(file, ['a', 'b', 'c', 'd', 'e'], NOW).reason).toBe('used by a, b, c and 2 more')
})
