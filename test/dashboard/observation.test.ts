import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, launchBrowser, logIn, openPage } from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { macOf, simulatedHost } from '../support/dashboard/simulated-host.ts'

let browser: Browser
let serving: Serving
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
  await serving.apply(`  - { name: edge-1, profile: store, match: { mac: "${macOf(1)}" } }`)
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

describe('the throughput page', () => {
  test.each(['light', 'dark'] as const)(
    'draws what was sent and says what holds it up (%s)',
    async (colorScheme) => {
      await serving.api('POST', '/hosts/edge-1/arm', { forMs: 600_000 })
      const host = simulatedHost(serving.bootUrl, macOf(1))
      await host.script()
      await host.download('kernel')
      await using view = await openPage(browser, serving.controlUrl, { colorScheme })
      const { page } = view
      await logIn(page, await serving.token('viewer'))
      const before = view.errors.length

      await page.getByRole('link', { name: 'Throughput' }).click()
      await page.getByRole('img', { name: /^Bytes per second over the last hour/ }).waitFor()
      // The kernel is in the sample that ends within five seconds.
      await page
        .getByRole('definition')
        .filter({ hasText: /^[1-9]\d*(\.\d)? MiB$/ })
        .waitFor()
      await page.getByText('Nothing is downloaded at the moment.').waitFor()
      await expectAccessible(page)

      expect(await page.locator('.u-over').count()).toBe(2)
      expect(view.errors.slice(before)).toEqual([])
    },
  )
})

describe('the doctor page', () => {
  test('looks at the server as it runs, the worst first, and can look again', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))

    await page.getByRole('link', { name: 'Doctor' }).click()
    await page.getByText(/^Looked at/).waitFor()
    const verdicts = await page.getByRole('main').getByRole('listitem').allTextContents()
    await expectAccessible(page)
    const asked = page.waitForResponse((response) => response.url().endsWith('/api/v1/doctor'))
    await page.getByRole('button', { name: 'Look again' }).click()

    expect((await asked).status()).toBe(200)
    const ranks = verdicts.map((text) =>
      ['does not work', 'warning', 'good'].findIndex((word) => text.startsWith(word)),
    )
    expect(ranks.length).toBeGreaterThan(8)
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
    // What is listened on here is named, so this is no list of something else.
    expect(verdicts.join('\n')).toContain(new URL(serving.bootUrl).port)
  })

  test('is not for viewers', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    await logIn(view.page, await serving.token('viewer'))

    await view.page.goto('/doctor')

    await view.page.getByText('Looking needs the role operator.').waitFor()
  })
})
