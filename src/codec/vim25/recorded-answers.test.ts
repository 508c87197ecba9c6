import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { decodeEnvelope } from '../soap/envelope.ts'
import type { XmlElement } from '../soap/xml-element.ts'
import { faultOfAnswer, VimRefusal } from './fault.ts'
import { readMachineView } from './machine-view.ts'
import { decodeRetrieved } from './property-calls.ts'
import { decodeServiceContent, decodeSessionKey } from './service-calls.ts'
import { readTaskState } from './task.ts'

/** What VMware's simulator answers, word for word. */
const NAMES = [
  'service-content',
  'login',
  'login-refused',
  'not-authenticated',
  'machine',
  'task-failed',
] as const
type Recorded = (typeof NAMES)[number]

const text = (name: Recorded): string =>
  readFileSync(new URL(`../../../test/fixtures/vim25/${name}.xml`, import.meta.url), 'utf8')

function answer(name: Recorded): XmlElement {
  const decoded = decodeEnvelope(text(name))
  if (decoded.kind === 'fault') throw new Error(`${name} is a fault`)
  return decoded.body
}

function fault(name: Recorded): VimRefusal {
  const decoded = decodeEnvelope(text(name))
  if (decoded.kind === 'answer') throw new Error(`${name} is no fault`)
  return new VimRefusal(faultOfAnswer(decoded.fault), 'logging in')
}

function propertiesOf(name: Recorded): ReadonlyMap<string, XmlElement> {
  return decodeRetrieved(answer(name)).objects[0]?.properties ?? new Map()
}

describe('recorded answers', () => {
  test('of the service and of a login', () => {
    expect(decodeServiceContent(answer('service-content'))).toMatchObject({
      fullName: 'VMware vCenter Server 6.5.0 build-5973321',
      standalone: false,
      propertyCollector: { type: 'PropertyCollector' },
      rootFolder: { type: 'Folder', id: 'group-d1' },
    })
    expect(decodeSessionKey(answer('login'))).toBe('11111111-2222-4333-8444-555555555555')
  })

  test('of a refused login and of a session that is not known', () => {
    expect(fault('login-refused')).toMatchObject({
      code: 'driver.login-refused',
      fault: { type: 'InvalidLogin' },
    })
    expect(fault('not-authenticated').fault).toMatchObject({ type: 'NotAuthenticated' })
  })

  test('of a machine', () => {
    const view = readMachineView(propertiesOf('machine'))

    expect(view).toMatchObject({
      name: 'edge-1',
      uuid: '00000000-0000-4000-8000-000000000001',
      isOn: false,
      secureBoot: false,
      vmxPath: '[LocalDS_0] edge-1/edge-1.vmx',
      bootOrder: [
        { kind: 'disk', key: view.disks[0] },
        { kind: 'cdrom' },
        { kind: 'ethernet', key: view.cards[0]?.key },
      ],
      drive: {
        startConnected: true,
        isoPath: expect.stringMatching(/^\[LocalDS_0\] edgeboot\/boot-[0-9a-f]{16}\.iso$/),
      },
    })
    expect(view.disks).toHaveLength(1)
    expect(view.cards).toEqual([{ key: expect.any(Number), mac: '00:50:56:80:00:01' }])
    expect(view.extraConfig.get('guestinfo.site')).toBe('berlin')
    expect(view.extraConfig.get('edgeboot.host')).toBe('edge-1')
  })

  test('of a task that failed', () => {
    expect(readTaskState(propertiesOf('task-failed'))).toMatchObject({
      state: 'error',
      fault: { type: 'InvalidPowerState', properties: { existingState: 'poweredOff' } },
    })
  })

  property.prop([fc.constantFrom(...NAMES), fc.nat(), fc.nat({ max: 60 }), fc.string({ maxLength: 20 })])(
    'are understood or refused, however they were cut or changed',
    (name, from, length, inserted) => {
      const whole = text(name)
      const start = from % whole.length
      const changed = whole.slice(0, start) + inserted + whole.slice(start + length)

      for (const cut of [changed, whole.slice(0, start)]) {
        try {
          const decoded = decodeEnvelope(cut)
          if (decoded.kind === 'fault') new VimRefusal(faultOfAnswer(decoded.fault), 'trying')
          else {
            const [found] = decodeRetrieved(decoded.body).objects
            if (found) {
              readMachineView(found.properties)
              readTaskState(found.properties)
            }
          }
        } catch (error) {
          expect(isFailure(error, 'packet.malformed'), String(error)).toBe(true)
        }
      }
    },
  )
})
