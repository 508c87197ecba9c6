import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventPage } from '../../src/contract/events.ts'
import type { HostDetail } from '../../src/contract/hosts.ts'
import {
  expectAccessible,
  keepPicture,
  launchBrowser,
  logIn,
  openPage,
} from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { macOf, type SimulatedHost, simulatedHost } from '../support/dashboard/simulated-host.ts'

const HOSTS = ['booting', 'stuck', 'again', 'doomed', 'read', 'kept', 'restless'] as const
/** Of a download, enough to be seen under way. */
const SOME_BYTES = 300_000
/** A host that has its script and does not go on is silent for a minute before it is called stuck; its page asks now and then. */
const STUCK_MS = 100_000

let browser: Browser
let serving: Serving
const machines = new Map<string, SimulatedHost>()
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
  await serving.apply(
    HOSTS.map(
      (name, index) =>
        `  - { name: ${name}, profile: store, labels: { site: berlin }, match: { mac: "${macOf(index + 1)}" } }\n`,
    ).join(''),
    '    ready: { phoneHome: {} }\n',
  )
  for (const [index, name] of HOSTS.entries()) {
    machines.set(name, simulatedHost(serving.bootUrl, macOf(index + 1)))
  }
  // Its minute runs while the others are looked at.
  await serving.api('POST', '/hosts/stuck/arm', { forMs: 600_000 })
  await machine('stuck').script()
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

function machine(name: (typeof HOSTS)[number]): SimulatedHost {
  const found = machines.get(name)
  if (!found) throw new Error(`${name} was not made`)
  return found
}

/** Row of the timeline of the newest boot, in that state. */
function step(page: Page, phase: string, state: 'done' | 'now' | 'to-come') {
  return page
    .getByRole('region', { name: 'Phases of the boot' })
    .first()
    .locator(`tr[data-state="${state}"]`)
    .filter({ has: page.getByRole('cell', { name: phase, exact: true }) })
}

async function chooseAction(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: label }).click()
}

/** Text of what has the focus. */
async function focused(page: Page): Promise<string> {
  return (await page.locator(':focus').textContent()) ?? ''
}

/** Through its installation to ready. */
async function install(name: (typeof HOSTS)[number]): Promise<void> {
  await serving.api('POST', `/hosts/${name}/arm`, { forMs: 600_000 })
  const host = machine(name)
  await host.script()
  for (const role of ['kernel', 'initrd', 'rootfs'] as const) await host.download(role)
  await host.config()
  for (const stage of ['before-install', 'after-install', 'disk-boot']) await host.report(stage)
  await expect
    .poll(async () => (await serving.api<HostDetail>('GET', `/hosts/${name}`)).phase, { timeout: 60_000 })
    .toBe('ready')
}

describe('the page of a host', () => {
  test('moves with its boot from the script to ready', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.goto('/hosts/booting')
    await page.getByText('It waits for its window to be opened').waitFor()
    const host = machine('booting')

    await chooseAction(page, 'Arm…')
    const dialog = page.getByRole('dialog', { name: 'Arm booting?' })
    await dialog.waitFor()
    await expectAccessible(page)
    await dialog.getByLabel('For').selectOption({ label: '15 minutes' })
    await dialog.getByRole('button', { name: 'Arm' }).click()
    await page.getByText('booting may install for 15 minutes').waitFor()
    await host.script()
    await step(page, 'script', 'now').waitFor()
    await host.download('kernel')
    await step(page, 'script', 'done').waitFor()
    await host.download('initrd')
    await host.download('rootfs', SOME_BYTES)
    await step(page, 'rootfs', 'now').getByText('%').waitFor()
    await host.download('rootfs')
    await host.config()
    await step(page, 'config', 'now').waitFor()
    await host.report('before-install')
    await step(page, 'installing', 'now').waitFor()
    await host.report('after-install')
    await host.report('disk-boot')
    await page.getByTestId('phase').filter({ hasText: 'ready' }).waitFor()
    await page.getByText(/^ready after \d+/).waitFor()

    for (const role of ['kernel', 'initrd', 'rootfs']) {
      const row = await step(page, role, 'done').textContent()
      expect(row, role).toMatch(/\d+(\.\d)? (KiB|MiB|GiB)/)
      expect(row, role).toMatch(/\d+ s/)
    }
    const stages = page.getByRole('region', { name: 'Stages reported' })
    expect(await stages.getByRole('row').allTextContents()).toEqual([
      expect.stringContaining('Stage reported'),
      expect.stringContaining('before-install'),
      expect.stringContaining('after-install'),
      expect.stringContaining('disk-boot'),
    ])
    expect(view.foreign).toEqual([])
    expect(view.errors).toEqual([])
  })

  test('shows what it was handed, what it told and what happened, in light, dark and on a phone', async () => {
    await install('read')
    const boot = /\/h\/([A-Za-z0-9_-]+)/.exec(machine('read').handed())?.[1] ?? 'missing'
    const token = await serving.token('operator')
    for (const options of [
      { colorScheme: 'light' },
      { colorScheme: 'dark' },
      { colorScheme: 'light', viewport: { width: 390, height: 844 } },
    ] as const) {
      await using view = await openPage(browser, serving.controlUrl, options)
      const { page } = view
      await logIn(page, token)
      await page.goto('/hosts/read')
      await step(page, 'ready', 'done').waitFor()
      await expectAccessible(page)
      await page.getByRole('tab', { name: 'Console' }).click()
      await page.getByText('Nothing here sees the console').waitFor()
      await page.getByRole('tab', { name: 'Log' }).click()
      await page.getByText('It has not said anything yet.').waitFor()
      await expectAccessible(page)
      await page.getByRole('tab', { name: 'Script' }).click()
      const script = page.getByRole('region', { name: 'Script' })
      await script.filter({ hasText: '#!ipxe' }).waitFor()
      expect(await script.textContent()).not.toContain(boot)
      await expectAccessible(page)
      await page.getByRole('tab', { name: 'User-data' }).click()
      const document = page.getByRole('region', { name: 'User-data' })
      await document.filter({ hasText: 'edgeHostToken' }).waitFor()
      expect(await document.textContent()).not.toContain('q7Xk2mZ9pLw4')
      await page.getByRole('tab', { name: 'Events' }).click()
      const events = page.getByRole('region', { name: 'Events' })
      await events.getByText('disk-boot → ready').waitFor()
      await page.getByLabel('Kind').selectOption('host.stage')
      await events.getByText('disk-boot → ready').waitFor({ state: 'detached' })
      await events.getByText('reports before-install').click()
      await events.getByText('"stage": "before-install"').waitFor()
      await expectAccessible(page)
      expect(view.errors).toEqual([])
    }
  })

  test('a host is reinstalled, once somebody has confirmed it', async () => {
    await install('again')
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.goto('/hosts/again')
    const before = await machine('again').script()

    await chooseAction(page, 'Reinstall…')
    const dialog = page.getByRole('dialog', { name: 'Reinstall again?' })
    await dialog.getByText('The disk of again is erased').waitFor()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    const untouched = await serving.api<HostDetail>('GET', '/hosts/again')
    await chooseAction(page, 'Reinstall…')
    await dialog.getByRole('button', { name: 'Reinstall' }).click()
    await page.getByText('again is installed anew').waitFor()
    const after = await machine('again').script()
    await step(page, 'script', 'now').waitFor()
    await page.getByRole('heading', { name: 'Earlier boots' }).waitFor()
    await page.getByText(/^ready after/).click()

    expect(untouched.phase).toBe('ready')
    expect(before).not.toContain('palette-kernel')
    expect(after).toContain('palette-kernel')
    const { items } = await serving.api<EventPage>('GET', '/events/history?host=again&type=host.reinstall')
    expect(items).toHaveLength(1)
    await page
      .getByRole('region', { name: 'Phases of the boot' })
      .nth(1)
      .getByRole('cell', { name: 'installing' })
      .waitFor()
    await expectAccessible(page)
  })

  test('is used by keyboard alone, and goes on after the server was away', async () => {
    await install('kept')
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.goto('/hosts/kept')
    const actions = page.getByRole('button', { name: 'Actions' })

    await actions.focus()
    await page.keyboard.press('Enter')
    // The menu is there before its first item has the focus; a key in between would go to the button.
    await expect.poll(() => focused(page)).toContain('Power on')
    await page.keyboard.press('End')
    await expect.poll(() => focused(page)).toContain('Delete')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Delete kept?' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('tab', { name: 'Boot' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByText('Nothing here sees the console').waitFor()
    await serving.stop()
    await page.getByTestId('feed').filter({ hasText: 'server away' }).waitFor()
    await serving.start()
    await page.getByTestId('feed').filter({ hasText: 'live' }).waitFor()
    await serving.api('POST', '/hosts/kept/reinstall')

    await page.getByTestId('phase').filter({ hasText: 'defined' }).waitFor()
    await page.getByRole('tab', { name: 'Events' }).click()
    await page.getByText('one more installation was asked for').waitFor()
  })

  test('tells of a live system that begins its download again and again, on a phone', async () => {
    await using view = await openPage(browser, serving.controlUrl, { viewport: { width: 390, height: 844 } })
    const { page } = view
    await logIn(page, await serving.token('viewer'))
    await serving.api('POST', '/hosts/restless/arm', { forMs: 600_000 })
    const host = machine('restless')
    await host.script()
    await host.download('kernel')
    await host.download('initrd')
    await page.goto('/hosts/restless')
    await step(page, 'initrd', 'now').waitFor()
    // As it does without enough memory.
    for (let attempt = 0; attempt < 5; attempt += 1) await host.download('rootfs', SOME_BYTES)

    const panel = page.getByRole('region', { name: 'Why it is stuck' })
    await panel.getByText('Likely cause:').waitFor()
    const { diagnosis } = await serving.api<HostDetail>('GET', '/hosts/restless')
    expect(diagnosis?.rule).toMatch(/^root-/)
    await panel.getByRole('button', { name: diagnosis?.rule ?? 'a rule' }).waitFor()
    await expectAccessible(page)
  })

  test('who may only look sees no secrets and is told why nothing can be done', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('viewer'))
    await page.goto('/hosts/booting')
    await page.getByRole('tab', { name: 'Events' }).waitFor()

    await page.getByRole('button', { name: 'Actions' }).click()
    const items = page.getByRole('menuitem')
    await items.first().waitFor()

    expect(await page.getByRole('tab').allTextContents()).toEqual(['Boot', 'Events'])
    for (const item of await items.all()) {
      expect(await item.getAttribute('aria-disabled')).toBe('true')
      expect(await item.textContent()).toContain('it needs the role operator')
    }
    await expectAccessible(page)
  })

  test('a host that is deleted is gone for others who look at it, and was typed out first', async () => {
    await using watching = await openPage(browser, serving.controlUrl)
    await logIn(watching.page, await serving.token('viewer'))
    await watching.page.goto('/hosts/doomed')
    await watching.page.getByRole('heading', { level: 1, name: 'doomed' }).waitFor()
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.goto('/hosts/doomed')

    await chooseAction(page, 'Delete…')
    const dialog = page.getByRole('dialog', { name: 'Delete doomed?' })
    const deed = dialog.getByRole('button', { name: 'Delete' })
    expect(await deed.isDisabled()).toBe(true)
    await expectAccessible(page)
    await dialog.getByLabel('Type doomed to go on').fill('doomed')
    await deed.click()
    await page.waitForURL((url) => url.pathname === '/')

    await watching.page.getByText('This host is gone').waitFor()
    await page.goto('/hosts/doomed')
    await page.getByText('There is no such host').waitFor()
    await expectAccessible(page)
  })

  test('says why a host is stuck and what to check, with the guide beside it', async () => {
    await using view = await openPage(browser, serving.controlUrl, { colorScheme: 'dark' })
    const { page } = view
    await logIn(page, await serving.token('viewer'))
    await page.goto('/hosts/stuck')

    const panel = page.getByRole('region', { name: 'Why it is stuck' })
    await panel.waitFor({ timeout: STUCK_MS })
    await panel.getByRole('button', { name: 'kernel-not-asked' }).click()
    await panel.getByText('cannot reach the address in it').waitFor()
    const { diagnosis } = await serving.api<HostDetail>('GET', '/hosts/stuck')

    await keepPicture(page, 'host-stuck')
    expect(diagnosis?.rule).toBe('kernel-not-asked')
    expect(await panel.getByRole('listitem').allTextContents()).toEqual(diagnosis?.check)
    await expectAccessible(page)
  })
})
