import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AddHostsRequest } from '../../src/contract/fleet.ts'
import { expectAccessible, launchBrowser, logIn, openPage } from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { macOf, simulatedHost } from '../support/dashboard/simulated-host.ts'
import {
  findingsOfCommand,
  openFile,
  RIGHT,
  replaceAtFinding,
  shownFindings,
  WRONG,
} from '../support/dashboard/user-data-editor.ts'
import { standInIso } from '../support/stand-in-iso.ts'

let browser: Browser
let serving: Serving
let isoPath: string
beforeAll(async () => {
  browser = await launchBrowser()
  isoPath = await standInIso()
  serving = await startServing()
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

describe('the first run', () => {
  test('leads from an ISO to a host that asks for its script', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('admin'))
    await page.goto('/start')
    await page.getByRole('heading', { name: 'Start', level: 1 }).waitFor()
    await registerByPath(page)
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Next' }).click()

    await openFile(page, WRONG)
    await page.getByRole('status').filter({ hasText: '2 errors' }).waitFor()
    expect(await shownFindings(page)).toEqual(await findingsOfCommand(WRONG, serving.directory))
    await expectAccessibleInBoth(page)
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true)
    await replaceAtFinding(page, 'misspelt-key', 'paletteEndpoint')
    await replaceAtFinding(page, 'type', 'true')
    await page.getByRole('status').filter({ hasText: 'Nothing is wrong; managed centrally' }).waitFor()
    await page.getByRole('button', { name: 'Next' }).click()

    await page.getByRole('heading', { name: 'Machine' }).waitFor()
    await page.getByLabel('qemu').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByLabel('A physical machine').check()
    await page.getByText(`edgeboot media build --server-url ${serving.bootUrl} --out edgeboot.iso`).waitFor()
    await page.getByText(`chain ${serving.bootUrl}/boot.ipxe`).waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('Give it a name.').waitFor()
    await page.getByLabel('Name of the host').fill('berlin-1')
    await page.getByRole('textbox', { name: 'MAC address' }).fill(macOf(1))
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Next' }).click()

    await page.getByRole('cell', { name: macOf(1) }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText('berlin-1 is a host of the fleet').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Open the window' }).click()
    await page.getByRole('heading', { name: 'berlin-1', level: 1 }).waitFor()

    expect(await simulatedHost(serving.bootUrl, macOf(1)).script()).toContain('palette-kernel')
    await page.getByRole('main').getByText('script', { exact: true }).first().waitFor()
    expect(view.errors).toEqual([])
    expect(view.foreign).toEqual([])
  })

  test('on a phone: a reload keeps what was entered, but no user-data; machines are asked for as they were described', async () => {
    const viewport = { width: 390, height: 844 }
    await using view = await openPage(browser, serving.controlUrl, { viewport })
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await serving.api('POST', '/installers', { name: 'by-api', isoPath })
    await page.goto('/start')
    await page.getByText('Registering another one needs the role admin').waitFor()
    await page.getByLabel('by-api').check()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Next' }).click()
    await openFile(page, RIGHT)
    await page.getByRole('button', { name: 'Next', disabled: false }).click()
    await page.getByLabel('Name of the host').fill('munich')
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByText('Nothing is wrong').waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByLabel('How many').fill('2')
    await page.getByLabel('CPUs').fill('1')
    await page.getByLabel('Memory, GiB').fill('1')
    await page.getByLabel('Disk, GiB').fill('2')
    await expectAccessibleInBoth(page)
    await page.reload()

    await page.getByText('Nothing is written yet').waitFor()
    await expectAccessibleInBoth(page)
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).not.toContain(
      'q7Xk',
    )
    await openFile(page, RIGHT)
    await page.getByRole('button', { name: 'Next', disabled: false }).click()
    expect(await page.getByLabel('Beginning of the names').inputValue()).toBe('munich')
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('cell', { name: '2: munich-1 to munich-2' }).waitFor()
    await expectAccessibleInBoth(page)
    // The server away for a moment: what was entered is still there to be sent again.
    await page.route('**/api/v1/hosts', (route) => route.abort(), { times: 1 })
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'The server does not answer' }).waitFor()
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/api/v1/hosts')),
      page.getByRole('button', { name: 'Start', exact: true }).click(),
    ])
    await page.waitForURL(/\/$/)

    expect(AddHostsRequest.parse(request.postDataJSON())).toEqual({
      names: ['munich-1', 'munich-2'],
      installer: 'by-api',
      userData: RIGHT,
      machine: {
        ...{ driver: 'qemu', boot: 'media', firmware: 'bios', cpus: 1, memoryMiB: 1024, diskGiB: 2 },
        options: {},
      },
    })
    for (const name of ['munich-1', 'munich-2']) {
      expect(await serving.api('GET', `/hosts/${name}`)).toMatchObject({
        driver: 'qemu',
        installer: 'by-api',
      })
      await serving.api('DELETE', `/hosts/${name}`)
    }
  })
})

/** Registers the stand-in by its path and looks what is shown of it. */
async function registerByPath(page: Page): Promise<void> {
  await page.getByLabel('Another file').check()
  await page.getByLabel("Path of the ISO on the server's machine").fill(isoPath)
  await page.getByRole('button', { name: 'Look inside' }).click()
  await page.getByRole('cell', { name: 'kernel', exact: true }).waitFor()
  await page.getByRole('cell', { name: 'rootfs', exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('is registered.').waitFor()
}

async function expectAccessibleInBoth(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'light' })
  await expectAccessible(page)
}
