import { expect, test } from 'vitest'
import { aFleet, aWish } from '../../test/support/a-fleet.ts'
import { aHost } from '../../test/support/a-host.ts'
import { aShelf } from '../../test/support/a-shelf.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createCryptoRandom } from '../adapters/random-crypto/crypto-random.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import type { BootClient } from '../ports/boot-desk.ts'
import { createBootDesk } from './boot-desk.ts'
import { createServedTextsDesk } from './control/served-texts-desk.ts'
import { createFleetPlans } from './fleet-plans.ts'
import { openHostBook } from './host-book.ts'
import { createServedTexts } from './served-texts.ts'
import { turnAway } from './strangers.ts'

const log = createSilentLog()
const client: BootClient = { address: '192.0.2.7', userAgent: '', base: 'http://boot.example:8080' }
const query = { mac: '52:54:00:00:00:01', uuid: '00000000-0000-4000-8000-000000000001', platform: 'efi' }
const PASSWORD = 'hunter2hunter2'
const USER_DATA = `#cloud-config
stylus:
  managementMode: local
  registryCredentials: { domain: r.example.com, username: u, password: ${PASSWORD} }
install: { device: /dev/vda, poweroff: true }
note: [plain, out-of-the-environment]
`

async function aServer() {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const book = await openHostBook({ store, clock, random: createCryptoRandom(), log })
  const shelf = aShelf()
  await shelf.put({ name: 'palette', isoPath: '/palette.iso' }, new AbortController().signal)
  const plans = createFleetPlans(shelf, log)
  const wish = aWish({
    name: 'edge-1',
    userData: USER_DATA,
    secretPaths: [['note', 1]],
    kernelArgs: { add: ['proxy=http://u:s3cret@p:1'], remove: [] },
  })
  plans.set(aFleet([wish]))
  await book.add(aHost())
  const start = () => {
    const served = createServedTexts({
      ...{ book, plans },
      base: () => 'http://192.0.2.1:8080',
      takesSyslog: () => false,
    })
    const boots = createBootDesk({ book, plans, served, strangers: turnAway(log), clock, log })
    return { boots, desk: createServedTextsDesk({ book, served }), served }
  }
  return { book, plans, start, ...start(), wish }
}

function tokenIn(text: string): string {
  return /\/h\/([a-z2-7]{32})\//.exec(text)?.[1] ?? ''
}

test('the script is shown as it was served, without the token in its addresses and other secrets', async () => {
  const { boots, desk } = await aServer()
  const { script } = await boots.hostScript({ ...query, vlan: '42' }, client)
  const token = tokenIn(script)

  const shown = await desk.hostScript('edge-1')

  expect(token).toHaveLength(32)
  expect(shown.rendered).toBe('as-served')
  expect(shown.text).not.toContain(token)
  expect(shown.text).not.toContain('s3cret')
  expect(shown.text).toBe(script.replaceAll(token, '***').replaceAll('s3cret', '••••'))
  expect(shown.text).toContain('http://boot.example:8080/h/***/config.yaml')
})

test('the user-data is shown as it was served, however the fleet has changed since', async () => {
  const { boots, desk, plans, wish } = await aServer()
  const { script } = await boots.hostScript(query, client)
  const token = tokenIn(script)
  const document = (await boots.userData(token, client))?.document ?? ''
  plans.set(aFleet([{ ...wish, userData: '#cloud-config\nstylus: { managementMode: central }\n' }]))

  const { rendered, text } = await desk.hostUserData('edge-1')

  expect(document).toContain(PASSWORD)
  expect(rendered).toBe('as-served')
  expect(text).toMatch(/^#cloud-config\n/)
  expect(text).toContain('managementMode: local')
  expect(text).toContain('http://boot.example:8080/h/***/events')
  expect(text).not.toContain(token)
  expect(text).not.toContain(PASSWORD)
  expect(text).toContain('note: [ plain, •••• ]')
})

test('what a server before this one served is made anew from the plan', async () => {
  const { boots, start } = await aServer()
  const { script } = await boots.hostScript(query, client)
  const { desk } = start()

  const shown = await desk.hostScript('edge-1')

  expect(shown.rendered).toBe('now')
  const masked = script.replaceAll(tokenIn(script), '***').replaceAll('s3cret', '••••')
  expect(shown.text).toBe(masked.replaceAll('boot.example', '192.0.2.1'))
  const document = await desk.hostUserData('edge-1')
  expect(document.rendered).toBe('now')
  expect(document.text).not.toMatch(/hunter2|out-of-the-env/)
})

test('a host that has no boot has no script, and user-data as it would get it', async () => {
  const { boots, book, desk } = await aServer()
  await expect(desk.hostScript('edge-1')).rejects.toMatchObject({ code: 'host.nothing-served' })
  expect(await desk.hostUserData('edge-1')).toMatchObject({
    rendered: 'now',
    text: expect.stringContaining('http://192.0.2.1:8080/h/***/events'),
  })

  await boots.hostScript(query, client)
  await book.record('edge-1', { type: 'host.failed', data: { phase: 'script', reason: 'x' } })
  await book.record('edge-1', { type: 'host.retried', data: {} })

  await expect(desk.hostScript('edge-1')).rejects.toMatchObject({ code: 'host.nothing-served' })
})

test('nothing is shown of a host that nobody plans, or that is not there', async () => {
  const { boots, book, desk, plans, served } = await aServer()
  await boots.hostScript(query, client)
  await book.remove('edge-1')
  expect(served.script('edge-1')).toBeUndefined()
  await expect(desk.hostScript('edge-1')).rejects.toMatchObject({ code: 'host.not-found' })

  await book.add(aHost())
  plans.set(aFleet([]))

  await expect(desk.hostUserData('edge-1')).rejects.toMatchObject({ code: 'host.nothing-served' })
})
