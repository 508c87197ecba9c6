import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, launchBrowser, logIn, openPage } from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { macOf } from '../support/dashboard/simulated-host.ts'
import { standInIso } from '../support/stand-in-iso.ts'

let browser: Browser
let serving: Serving
let iso: string
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
  iso = await standInIso()
  await serving.apply(`  - { name: edge-1, profile: store, match: { mac: "${macOf(1)}" } }`)
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

async function openInstallers(page: Page, role: 'viewer' | 'admin'): Promise<void> {
  await logIn(page, await serving.token(role))
  await page.getByRole('link', { name: 'Installers' }).click()
  await page.getByRole('heading', { name: 'Installers' }).waitFor()
}

const uploaded = (): readonly string[] => {
  const folder = join(serving.dataDirectory, 'isos')
  return existsSync(folder) ? readdirSync(folder) : []
}

/** Waits until something is true of the file system, which nobody else tells of. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20)
}

describe('installers', () => {
  test('are added by path, looked into, and removed', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openInstallers(page, 'admin')
    await page.getByRole('link', { name: 'palette', exact: true }).waitFor()
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Add installer' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add installer' })
    await dialog.getByRole('combobox', { name: 'ISO on the server’s machine' }).fill(iso)
    await dialog.getByRole('button', { name: 'Look inside' }).click()
    await dialog.getByRole('cell', { name: 'rootfs', exact: true }).waitFor()
    await expectAccessible(page)
    await dialog.getByLabel('Name').fill('second')
    await dialog.getByLabel('SHA-256 of the ISO').fill('ab')
    await dialog.getByText('64 hexadecimal digits').waitFor()
    await dialog.getByLabel('SHA-256 of the ISO').fill('ab'.repeat(32))
    await dialog.getByRole('button', { name: 'Add installer' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'The installer was not added' }).waitFor()
    await dialog.getByLabel('SHA-256 of the ISO').fill('')
    await dialog.getByRole('button', { name: 'Add installer' }).click()

    const drawer = page.getByRole('dialog', { name: 'Installer second' })
    await drawer.getByRole('cell', { name: 'kernel', exact: true }).waitFor()
    expect(new URL(page.url()).search).toBe('?name=second')
    await drawer.getByRole('button', { name: 'Copy SHA-256 of kernel' }).waitFor()
    await expectAccessible(page)

    await drawer.getByRole('button', { name: 'Remove…' }).click()
    const question = page.getByRole('dialog', { name: 'Remove installer second?' })
    await expectAccessible(page)
    await question.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('second is no installer any more').waitFor()

    const { items } = await serving.api<{ items: { name: string }[] }>('GET', '/installers')
    expect(items.map(({ name }) => name)).toEqual(['palette'])
    // The refusal of the wrong digest is the only thing that went wrong.
    expect(view.errors.filter((error) => !error.includes('422'))).toEqual([])
    expect(view.foreign).toEqual([])
  })

  test('that hosts use are not removed, in the words of the server', async () => {
    await using view = await openPage(browser, serving.controlUrl, { colorScheme: 'dark' })
    const { page } = view
    await openInstallers(page, 'admin')

    await page.getByRole('button', { name: 'Remove palette' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()

    await page.getByRole('alert').filter({ hasText: 'installer palette is that of host edge-1' }).waitFor()
    await expectAccessible(page)
  })

  test('are shown to viewers, who can change nothing', async () => {
    await using view = await openPage(browser, serving.controlUrl, {
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    })
    const { page } = view
    await logIn(page, await serving.token('viewer'))
    await page.goto('/installers?name=palette')
    await page
      .getByRole('dialog', { name: 'Installer palette' })
      .getByRole('cell', { name: 'rootfs', exact: true })
      .waitFor()

    expect(await page.getByRole('button', { name: 'Remove…' }).isDisabled()).toBe(true)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Remove palette' }).waitFor()

    expect(await page.getByRole('button', { name: 'Add installer' }).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Remove palette' }).isDisabled()).toBe(true)
    await expectAccessible(page)
  })
})

describe('an ISO of this computer', () => {
  test('is uploaded, and then it is said why it is no installer', async () => {
    await using view = await openPage(browser, serving.controlUrl, { colorScheme: 'dark' })
    const { page } = view
    await openInstallers(page, 'admin')
    await page.getByRole('button', { name: 'Add installer' }).click()
    const files = page.locator('input[type=file]')
    await files.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
    await page.getByText('notes.txt is no ISO by its name').waitFor()

    const buffer = Buffer.alloc(300_000, 'no ISO at all ')
    const file = { name: 'My Edge (1).iso', mimeType: 'application/x-iso9660-image', buffer }
    await files.setInputFiles(file)
    await page.getByRole('alert').filter({ hasText: 'This is no installer that can be added' }).waitFor()
    await expectAccessible(page)

    const path = join(serving.dataDirectory, 'isos', 'My-Edge-1.iso')
    expect(await page.getByRole('combobox', { name: 'ISO on the server’s machine' }).inputValue()).toBe(path)
    expect(readFileSync(path)).toEqual(buffer)
    // Refused while most of it is still to be sent, and told in words all the same.
    const large = join(serving.directory, 'My-Edge-1.iso')
    writeFileSync(large, Buffer.alloc(60_000_000))
    await files.setInputFiles(large)
    await page.getByText('My-Edge-1.iso is there already; choose another name').waitFor()
  })

  test('leaves nothing when the upload is stopped', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openInstallers(page, 'admin')
    const big = join(serving.directory, 'big.iso')
    writeFileSync(big, Buffer.alloc(20_000_000))
    await page.getByRole('button', { name: 'Add installer' }).click()
    const network = await page.context().newCDPSession(page)
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 200_000,
    })

    await page.locator('input[type=file]').setInputFiles(big)
    await page.getByRole('progressbar', { name: 'Upload of big.iso' }).waitFor()
    await until(() => uploaded().includes('big.iso.part'))
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Stop upload' }).click()
    await page.getByRole('button', { name: 'Upload an ISO…' }).waitFor()
    await until(() => !uploaded().includes('big.iso.part'))

    expect(uploaded().filter((name) => name.startsWith('big'))).toEqual([])
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})
