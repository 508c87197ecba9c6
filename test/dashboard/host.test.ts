import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostDetail } from '../../src/contract/hosts.ts'
import { expectAccessible, launchBrowser, logIn, openPage } from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { macOf, simulatedHost } from '../support/dashboard/simulated-host.ts'

const PHONE = { viewport: { width: 390, height: 844 } }
const HOSTS = ['booted', 'stuck', 'again', 'looked-at']

let browser: Browser
let serving: Serving
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
  await serving.apply(
    HOSTS.map((name, at) => `  - { name: ${name}, profile: store, match: { mac: "${macOf(at + 1)}" } }`).join(
      '\n',
    ),
  )
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

/** The requests of this host, which may be installed now. */
async function armed(name: string) {
  await serving.api('POST', `/hosts/${name}/arm`, { forMs: 600_000 })
  return simulatedHost(serving.bootUrl, macOf(HOSTS.indexOf(name) + 1))
}

describe('the page of a host', () => {
  test('follows its boot from the first request to its disk, with bytes and times', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.getByRole('link', { name: 'booted' }).click()
    await page.getByRole('heading', { level: 1, name: 'booted' }).waitFor()
    const now = (phase: string) =>
      page.locator('tr[aria-current="step"]').filter({ hasText: phase }).waitFor()
    const host = await armed('booted')

    await host.script()
    await now('script')
    await host.download('kernel')
    await host.download('initrd')
    await host.download('rootfs')
    await now('rootfs')
    await page
      .getByRole('row', { name: /^kernel/ })
      .getByText(/\d MiB$/)
      .waitFor()
    await expectAccessible(page)
    await host.config()
    await now('config')
    await host.report('before-install')
    await now('installing')
    await host.report('after-install')
    await now('installed')
    await host.report('disk-boot')
    await page.getByText(/^ready after/).waitFor()
    await page.getByRole('tab', { name: 'Events' }).click()
    await page.getByText('reports disk-boot').waitFor()
    await page.getByText('disk-boot → ready').waitFor()
    await expectAccessible(page)

    expect(view.errors).toEqual([])
    expect(view.foreign).toEqual([])
  })

  test('shows what the host was handed, with its secrets masked', async () => {
    await using view = await openPage(browser, serving.controlUrl, { colorScheme: 'dark' })
    const { page } = view
    await logIn(page, await serving.token('operator'))
    const host = await armed('looked-at')
    const script = await host.script()
    await page.goto('/hosts/looked-at')

    await page.getByRole('tab', { name: 'Script' }).click()
    const shownScript = await page.getByLabel('Script', { exact: true }).last().textContent()
    await expectAccessible(page)
    await page.getByRole('tab', { name: 'User-data' }).click()
    await page.getByText('projectName: stores').waitFor()
    const shownUserData = await page.locator('.text-box').textContent()

    expect(shownScript?.split('\n')[0]).toBe('#!ipxe')
    expect(shownUserData).not.toContain('q7Xk2mZ9pLw4')
    const token = /\/h\/([A-Za-z0-9_-]+)/.exec(script)?.[1] ?? 'missing'
    expect(`${shownScript} ${shownUserData}`).not.toContain(token)
  })

  test('says why a host is stuck, what to check, and what the guide says about it', async () => {
    await using view = await openPage(browser, serving.controlUrl, PHONE)
    const { page } = view
    await logIn(page, await serving.token('viewer'))
    const host = await armed('stuck')
    await host.script()
    await host.download('kernel')
    await host.download('initrd')
    await page.goto('/hosts/stuck')
    await page.getByRole('region', { name: 'Phases of the boot' }).waitFor()
    // As a live system without enough memory does: it begins again and again.
    for (let attempt = 0; attempt < 5; attempt += 1) await host.download('rootfs', 1_000_000)

    const panel = page.getByRole('region', { name: 'Why it is stuck' })
    await panel.getByText('Likely cause:').waitFor()
    await panel.getByRole('button', { name: /^More about/ }).click()
    await panel.getByText(/^docs\/guide\/troubleshooting\.md#root-/).waitFor()
    await expectAccessible(page)
    expect(await page.getByRole('button', { name: 'Reinstall…' }).isDisabled()).toBe(true)
    expect(await page.getByRole('tab', { name: 'Console' }).count()).toBe(0)
  })

  test('asks before it reinstalls, naming what is erased, and then arms exactly one installation', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    const host = await armed('again')
    await host.script()
    await host.config()
    await host.report('after-install')
    await host.report('disk-boot')
    await page.goto('/hosts/again')

    await page.getByRole('button', { name: 'Reinstall…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Reinstall again?' })
    await dialog.getByText('The disk of again is erased').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect((await serving.api<HostDetail>('GET', '/hosts/again')).phase).toBe('ready')
    await page.getByRole('button', { name: 'Reinstall…' }).click()
    await dialog.getByRole('button', { name: 'Reinstall' }).click()
    await page.getByText('again is installed anew at its next boot.').waitFor()

    expect((await serving.api<HostDetail>('GET', '/hosts/again')).phase).toBe('defined')
    expect(await host.script()).toContain('palette-kernel')
  })

  test('says of a host that is not there, and of one that is deleted meanwhile, that it is gone', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))

    await page.goto('/hosts/nobody')
    await page.getByText('There is no such host').waitFor()
    await page.goto('/hosts/again')
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete again?' })
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Type again to go on').fill('again')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('again is gone.').waitFor()

    await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor()
    await page.getByRole('link', { name: 'again' }).waitFor({ state: 'detached' })
  })
})
