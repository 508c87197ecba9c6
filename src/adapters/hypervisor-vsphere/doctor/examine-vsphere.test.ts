import { describe, expect, test } from 'vitest'
import { aDatastore, aVcenter, object } from '../../../../test/support/a-vcenter.ts'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import { anElement, createFakeVimClient, type FakeObject } from '../../../../test/support/fake-vim-client.ts'
import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import type { ExamineWish, Finding } from '../../../ports/driver-examiner.ts'
import { createInventory } from '../inventory/inventory.ts'
import type { VsphereSettings } from '../settings/vsphere-settings.ts'
import { createVsphereExaminer } from './examine-vsphere.ts'
import { NEEDED_PRIVILEGES } from './privileges.ts'

const NOW = 1_800_000_000_000
const signal = AbortSignal.timeout(20_000)

function privilegesAnswer({ args }: VimCall, isGranted: (id: string) => boolean): XmlElement {
  const entity = args.find((arg) => arg?.name === 'entity')
  const ids = args.flatMap((arg) => (arg?.name === 'privId' ? [String(arg.content)] : []))
  const availability = ids.map((id) =>
    anElement('privAvailability', [anElement('privId', id), anElement('isGranted', String(isGranted(id)))]),
  )
  const about = { attributes: { type: entity?.referenceType ?? '' } }
  return anElement('answer', [
    anElement('returnval', [anElement('entity', String(entity?.content), about), ...availability]),
  ])
}

async function examine(
  given: {
    readonly objects?: FakeObject[]
    readonly isGranted?: (id: string) => boolean
    readonly trust?: VsphereSettings['trust']
    readonly wish?: Partial<ExamineWish>
    readonly aheadMs?: number
    readonly answers?: Readonly<Record<string, (call: VimCall) => XmlElement>>
  } = {},
): Promise<readonly Finding[]> {
  const { isGranted = () => true, aheadMs = 0, trust = { kind: 'system' } } = given
  const clock = createFakeClock(NOW)
  const client = createFakeVimClient(given.objects ?? aVcenter(), {
    HasPrivilegeOnEntities: (call) => privilegesAnswer(call, isGranted),
    CurrentTime: () => anElement('answer', [anElement('returnval', new Date(NOW + aheadMs).toISOString())]),
    ...given.answers,
  })
  const settings = { url: 'https://vc.example/sdk', user: 'alice', trust, defaults: {} }
  const examiner = createVsphereExaminer({
    client,
    inventory: createInventory(client, clock),
    settings,
    clock,
  })
  const wish = { places: {}, count: 1, diskGiB: 20, ...given.wish }
  return await Array.fromAsync(examiner.examine(wish, signal))
}

const find = (findings: readonly Finding[], name: string) => findings.find((finding) => finding.name === name)
const notGood = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== 'good')

describe('a vCenter', () => {
  test('where all is as it should be has nothing but good findings', async () => {
    const findings = await examine()

    expect(notGood(findings)).toEqual([])
    expect(find(findings, 'server')?.detail).toBe('VMware vCenter Server 8.0.2 build-1 at vc.example:443')
    expect(find(findings, 'login')?.detail).toBe('as alice')
    expect(find(findings, 'cluster')?.detail).toBe('/DC0/host/C0, the only one')
    expect(find(findings, 'server address')?.detail).toContain('192.0.2.10 is neither loopback')
  })

  test('is asked for every privilege of the role, and for no other', async () => {
    const named = (await examine()).flatMap(({ name }) => /^privilege (.*)$/.exec(name)?.[1] ?? [])

    expect(named.toSorted()).toEqual(NEEDED_PRIVILEGES.map(({ id }) => id).toSorted())
    expect(new Set(named).size).toBe(named.length)
  })

  test('names what the role lacks, and what it is needed for', async () => {
    const findings = notGood(await examine({ isGranted: (id) => !/Network|PutUsb/.test(id) }))

    expect(findings).toEqual([
      {
        name: 'privilege VirtualMachine.Interact.PutUsbScanCodes',
        verdict: 'warning',
        detail:
          'alice does not have it on /DC0/vm; it is needed for typing at consoles (--boot typed does not work; --boot media does)',
        remedy: expect.stringContaining('edgeboot doctor vsphere-role'),
      },
      {
        name: 'privilege Network.Assign',
        verdict: 'bad',
        detail: 'alice does not have it on /DC0/network/VM Network; it is needed for connecting machines',
        remedy: expect.stringContaining('add it to the role'),
      },
    ])
  })

  test('that tells no privileges is not held against it', async () => {
    const refuse = () => {
      throw new VimRefusal({ type: 'MethodNotFound', message: '', properties: {} }, 'asking')
    }

    expect(notGood(await examine({ answers: { HasPrivilegeOnEntities: refuse } }))).toMatchObject([
      { name: 'privileges', verdict: 'warning' },
    ])
  })

  test('where places are not clear is left at that', async () => {
    const findings = await examine({ wish: { places: { cluster: 'C9' } } })

    expect(findings.at(-1)).toMatchObject({
      name: 'places',
      verdict: 'bad',
      detail: expect.stringContaining('C9'),
    })
    expect(find(findings, 'datastore space')).toBeUndefined()
  })

  test('that refuses the password is left at that', async () => {
    const refuse = () => {
      throw new VimRefusal({ type: 'InvalidLogin', message: 'no', properties: {} }, 'logging in')
    }

    expect((await examine({ answers: { CurrentTime: refuse } })).at(-1)).toMatchObject({
      name: 'vSphere',
      verdict: 'bad',
      detail: expect.stringContaining('user or password are wrong'),
    })
  })
})

describe('warnings', () => {
  test('are for certificates that nobody checks', async () => {
    expect(notGood(await examine({ trust: { kind: 'none' } }))).toMatchObject([
      { name: 'certificate', verdict: 'warning', detail: expect.stringContaining('reads the password') },
    ])
  })

  test('are for clocks a minute apart', async () => {
    expect(notGood(await examine({ aheadMs: 59_000 }))).toEqual([])
    expect(notGood(await examine({ aheadMs: -3_600_000 }))).toMatchObject([
      { name: 'clock', verdict: 'warning', detail: '3600 s behind ours' },
    ])
  })

  test('are for thin disks that could grow over what is free', async () => {
    expect(notGood(await examine({ wish: { count: 3 } }))).toMatchObject([
      {
        name: 'datastore space',
        verdict: 'warning',
        detail:
          '40 GiB of 1000 GiB are free on /DC0/datastore/ds1; 3 thin disks of 20 GiB can grow to 60 GiB',
      },
    ])
  })
})

describe('a datastore', () => {
  test.each([
    [{ accessible: false }, 'is not accessible'],
    [{ mode: 'inMaintenance' }, 'is in maintenance'],
  ])('%j is bad', async (about, why) => {
    const objects = aVcenter(aDatastore('ds1', 'dc0', 9, about))

    expect(notGood(await examine({ objects, wish: { places: { datastore: 'ds1' } } }))).toMatchObject([
      { name: 'datastore space', verdict: 'bad', detail: expect.stringContaining(why) },
    ])
  })
})

describe('the way back', () => {
  const ip = anElement('ip', [
    anElement('ipAddress', '192.0.2.200'),
    anElement('subnetMask', '255.255.255.0'),
  ])
  const nics = anElement('val', [anElement('HostVirtualNic', [anElement('spec', [ip])])])
  const objects = () =>
    aVcenter({ ref: object('HostSystem', 'h2'), properties: { 'config.network.vnic': nics } })

  test('is compared with the addresses of the hosts', async () => {
    expect(find(await examine({ objects: objects() }), 'server address')?.detail).toBe(
      '192.0.2.10 is in the network of the host at 192.0.2.200/255.255.255.0',
    )
  })

  test('is what was advertised, where that was given', async () => {
    const findings = await examine({ objects: objects(), wish: { advertise: '127.0.0.1:8080' } })

    expect(notGood(findings)).toMatchObject([{ name: 'server address', verdict: 'bad' }])
  })
})
