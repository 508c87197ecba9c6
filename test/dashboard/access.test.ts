import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, launchBrowser, logIn, openPage } from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'

let browser: Browser
let serving: Serving
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

describe('the access page', () => {
  test('makes a token that works, shows it once, revokes it, and tells of all that in the audit log', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('admin'))
    await page.getByRole('link', { name: 'Access' }).click()

    await page.getByRole('button', { name: 'Create token' }).click()
    await page.getByRole('dialog', { name: 'Create token' }).waitFor()
    await expectAccessible(page)
    await page.getByLabel('Name').fill('night-shift')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const secret = (await page.getByTestId('new-token').textContent()) ?? ''
    await page.getByRole('button', { name: 'Done' }).click()
    await using other = await openPage(browser, serving.controlUrl)
    await logIn(other.page, secret)
    await other.page.getByText('night-shift (operator)').waitFor()
    await page.getByRole('button', { name: 'Revoke night-shift' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByRole('row', { name: /night-shift.*revoked/ }).waitFor()

    expect(await page.content()).not.toContain(secret)
    // Its session ends with it.
    await other.page.getByRole('link', { name: 'Inbox' }).click()
    await other.page.reload()
    await other.page.waitForURL('**/login')
    await page.getByRole('tab', { name: 'Audit log' }).click()
    await page.getByLabel('Action').fill('token.revoke')
    await page.getByRole('cell', { name: 'night-shift', exact: true }).first().waitFor()
    await expectAccessible(page)
  })

  test('is not for those who may not', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    await logIn(view.page, await serving.token('operator'))

    await view.page.goto('/access')

    await view.page.getByText('Tokens and the audit log are for admins.').waitFor()
  })
})
