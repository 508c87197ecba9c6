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

describe('the dashboard', () => {
  test('asks who is there, lets in, and lets out again', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view

    await page.goto('/throughput')
    await page.waitForURL('**/login')
    await logIn(page, await serving.token('viewer'))
    await expect.poll(() => page.title()).toMatch(/Edgeboot$/)
    await page.getByText('(viewer)').waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL('**/login')
    await page.goto('/')
    await page.waitForURL('**/login')

    expect(view.foreign).toEqual([])
  })

  test.each(['light', 'dark'] as const)(
    'says to everybody what is wrong with a token (%s)',
    async (colorScheme) => {
      await using view = await openPage(browser, serving.controlUrl, { colorScheme })
      const { page } = view
      await page.goto('/login')
      await expectAccessible(page)

      await page.getByLabel('Access token').fill('ebt_wrong')
      await page.keyboard.press('Enter')

      await page.getByRole('alert').filter({ hasText: 'unknown, revoked or expired' }).waitFor()
      await expectAccessible(page)
    },
  )

  test.each(['light', 'dark'] as const)(
    'keeps its own policy and can be used by everybody (%s)',
    async (colorScheme) => {
      await using view = await openPage(browser, serving.controlUrl, { colorScheme })
      const { page } = view
      await logIn(page, await serving.token('admin'))
      const { errors } = view
      const before = errors.length

      for (const link of await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all()) {
        await link.click()
        await page.getByRole('heading', { level: 1 }).waitFor()
        await expectAccessible(page)
      }

      expect(errors.slice(before)).toEqual([])
      expect(view.foreign).toEqual([])
    },
  )
})
