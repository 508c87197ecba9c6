import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostView } from '../../src/contract/hosts.ts'
import {
  expectAccessible,
  keepPicture,
  launchBrowser,
  logIn,
  openPage,
} from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { macOf, simulatedHost } from '../support/dashboard/simulated-host.ts'

const COUNT = 60
/** These have been given their configuration, so they can be reinstalled. */
const INSTALLING = [0, 1, 2]

let browser: Browser
let serving: Serving
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
  const hosts = Array.from(
    { length: COUNT },
    (_, index) =>
      `  - { name: store-${index}, profile: ${index % 3 ? 'store' : 'branch'}, match: { mac: "${macOf(index + 1)}" }, labels: { site: berlin-${index % 4} } }`,
  )
  await serving.apply(hosts.join('\n'), '  branch: { installer: palette, userData: ./base.yaml }')
  for (const index of INSTALLING) await install(index)
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

/** As far as its configuration. */
async function install(index: number): Promise<void> {
  await serving.api('POST', `/hosts/store-${index}/arm`, { forMs: 600_000 })
  const host = simulatedHost(serving.bootUrl, macOf(index + 1))
  await host.script()
  await host.download('kernel')
  await host.config()
}

const rowOf = (page: Page, name: string) => page.getByRole('row', { name, exact: true })
const statusOf = (page: Page) => page.getByRole('group', { name: 'Selected hosts' }).getByRole('status')
const hostOf = (name: string) => serving.api<HostView>('GET', `/hosts/${name}`)

async function openFleet(page: Page, role: 'viewer' | 'operator', search = ''): Promise<void> {
  await logIn(page, await serving.token(role))
  await page.goto(`/${search}`)
  await page.getByRole('grid', { name: 'Hosts' }).waitFor()
}

describe('the fleet page', () => {
  test('shows what its address says, and the address what is chosen; Back goes back', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'viewer', '?phase=config&label=site%3Dberlin-1&nonsense=1&sort=beauty')
    await statusOf(page).filter({ hasText: '1 shown' }).waitFor()
    await rowOf(page, 'store-1').waitFor()

    await page.getByRole('button', { name: 'Clear filters' }).click()
    await statusOf(page)
      .filter({ hasText: `${COUNT} shown` })
      .waitFor()
    await page.getByRole('searchbox', { name: 'Find' }).pressSequentially('BERLIN-2')
    await statusOf(page).filter({ hasText: '15 shown' }).waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?text=BERLIN-2')
    await page.getByRole('button', { name: /^config: 1/ }).click()
    await statusOf(page).filter({ hasText: '1 shown' }).waitFor()

    await page.goBack()
    await statusOf(page).filter({ hasText: '15 shown' }).waitFor()
    await page.goBack()
    await statusOf(page)
      .filter({ hasText: `${COUNT} shown` })
      .waitFor()
    expect(await page.getByRole('searchbox', { name: 'Find' }).inputValue()).toBe('')
    await page.goForward()
    await statusOf(page).filter({ hasText: '15 shown' }).waitFor()
    expect(await page.getByRole('searchbox', { name: 'Find' }).inputValue()).toBe('BERLIN-2')
  })

  test('sorts by a column, from either end', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'viewer')
    const firstRow = page.locator('[data-index="0"]')

    await page.getByRole('button', { name: 'Phase' }).click()
    await page
      .getByRole('columnheader', { name: 'Phase' })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor()
    await page.getByRole('button', { name: 'Phase' }).click()

    await expect.poll(() => firstRow.getAttribute('aria-label')).toBe('store-0')
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-phase')
  })

  test('groups by a label, counts, and keeps in the address which groups are closed', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'operator')

    await page.getByRole('combobox', { name: 'Group by' }).click()
    await page.getByRole('option', { name: 'by label site' }).click()
    await page.getByRole('row', { name: 'Group berlin-0' }).waitFor()
    await keepPicture(page, 'fleet')
    const group = page.getByRole('row', { name: 'Group berlin-1' })
    await page.getByRole('button', { name: /berlin-0 15 hosts · 1 moving/ }).click()
    await group.waitFor()
    await page.reload()
    await group.waitFor()

    await page.getByRole('button', { name: /berlin-0/, expanded: false }).waitFor()
    expect(await rowOf(page, 'store-0').count()).toBe(0)
    await page.getByRole('checkbox', { name: 'Select group berlin-0' }).check()
    await statusOf(page).filter({ hasText: '15 selected' }).waitFor()
    await expectAccessible(page)
  })

  test('is moved through and chosen from with the keyboard, and Enter opens a host', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'operator')
    const focused = () => page.locator(':focus').getAttribute('aria-label')

    await page.locator('[data-index="0"]').focus()
    await page.keyboard.press('End')
    await expect.poll(focused).toBe(`store-${COUNT - 1}`)
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowUp')
    await statusOf(page).filter({ hasText: '2 selected' }).waitFor()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe('store-1')
    await page.keyboard.press('PageDown')
    await expect.poll(focused).not.toBe('store-1')
    await page.keyboard.press('PageUp')
    await page.keyboard.press('Enter')

    await page.waitForURL(/\/hosts\/store-\d+$/)
  })

  test('keeps only what is in sight in the page', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'viewer')

    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(`${COUNT + 1}`)
    expect(await page.getByRole('row').count()).toBeLessThan(COUNT / 2)
  })

  test('a viewer sees everything and can do nothing', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'viewer')
    await rowOf(page, 'store-0').waitFor()

    await page.getByText('Your token may look, not act.').waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Actions for/ }).count()).toBe(0)
  })

  test('reinstalls many at once after naming them, and says whom it leaves out', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'operator', '?phase=config,defined')
    const [first, second] = [await hostOf('store-0'), await hostOf('store-1')]
    expect([first.phase, second.phase]).toEqual(['config', 'config'])

    for (const name of ['store-0', 'store-1', 'store-5']) {
      await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check()
    }
    await page.getByRole('button', { name: 'Reinstall', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Reinstall: 3 hosts' })
    await dialog.getByText('The disks of these 2 hosts will be erased at the next boot.').waitFor()
    await dialog.getByText('store-5: it is on its way already, in phase defined').waitFor()
    await expectAccessible(page)
    const deed = dialog.getByRole('button', { name: 'Reinstall 2 hosts' })
    expect(await deed.isDisabled()).toBe(true)
    await dialog.getByLabel('Type 2, the number of hosts').fill('3')
    expect(await deed.isDisabled()).toBe(true)
    await dialog.getByLabel('Type 2, the number of hosts').fill('2')
    await deed.click()
    await dialog.getByRole('status').filter({ hasText: '2 done' }).waitFor()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Close' }).last().click()

    for (const name of ['store-0', 'store-1']) {
      const host = await hostOf(name)
      expect(host).toMatchObject({ phase: 'defined' })
      expect(host.armedUntil).toBeGreaterThan(Date.now())
    }
    expect(await hostOf('store-2')).toMatchObject({ phase: 'config' })
    await rowOf(page, 'store-0').getByText('defined', { exact: true }).waitFor()
  })

  test('tells a refusal in the words of the server and tries again', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'operator')
    await rowOf(page, 'store-2').getByText('config', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Actions for store-2', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Reinstall' }).click()
    const dialog = page.getByRole('dialog', { name: 'Reinstall: store-2' })
    // Meanwhile somebody else has done it.
    await serving.api('POST', '/hosts/store-2/reinstall')
    await dialog.getByRole('button', { name: 'Reinstall', exact: true }).click()
    await dialog.getByText('host store-2: it is on its way already').waitFor()
    await install(2)
    await dialog.getByRole('button', { name: 'Try 1 again' }).click()

    await dialog.getByRole('status').filter({ hasText: '1 done' }).waitFor()
    expect(await hostOf('store-2')).toMatchObject({ phase: 'defined' })
  })

  test.each([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 1280, height: 800 }],
    ['light', { width: 390, height: 844 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('can be used by everybody (%s, %j)', async (colorScheme, viewport) => {
    await using view = await openPage(browser, serving.controlUrl, { colorScheme, viewport })
    const { page } = view
    await openFleet(page, 'operator')
    const before = view.errors.length
    await page.getByRole('checkbox', { name: 'Select store-3', exact: true }).check()
    await expectAccessible(page)

    const overflow = await page.locator('body').evaluate((body) => body.scrollWidth - body.clientWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    expect(view.errors.slice(before)).toEqual([])
    expect(view.foreign).toEqual([])
  })

  test('goes on by itself when the server was restarted under it', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openFleet(page, 'operator')
    const feed = page.getByTestId('feed')

    await serving.stop()
    await feed.filter({ hasText: 'server away' }).waitFor()
    await rowOf(page, 'store-7').waitFor()
    await serving.start()
    await feed.filter({ hasText: 'live' }).waitFor()
    await install(7)

    await rowOf(page, 'store-7').getByText('config', { exact: true }).waitFor()
  })
})

test('an empty fleet leads to the first host', async () => {
  await using empty = await startServing()
  await using view = await openPage(browser, empty.controlUrl)
  const { page } = view
  await logIn(page, await empty.token('operator'))
  await page.getByRole('heading', { name: 'No hosts yet' }).waitFor()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Begin' }).click()
  await page.waitForURL('**/start')
})
