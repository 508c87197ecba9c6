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
  await serving.apply(
    `  - { name: known, profile: store, match: { mac: "${macOf(1)}" } }`,
    'unknownHosts: discover',
  )
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

describe('the inbox', () => {
  test('shows a machine nobody knows, and makes a host of it', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.getByRole('link', { name: 'Inbox' }).click()
    await page.getByText('No unknown machine has asked').waitFor()

    const stranger = simulatedHost(serving.bootUrl, macOf(0xabcdef))
    await stranger.script()
    await page.getByRole('button', { name: `Adopt ${macOf(0xabcdef)}` }).click()
    await page.getByRole('dialog', { name: 'Adopt this machine' }).waitFor()
    await expectAccessible(page)
    await page.getByLabel('Name').fill('BAD NAME')
    await page.getByRole('button', { name: 'Adopt', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'That did not work' }).waitFor()
    await page.getByLabel('Name').fill('berlin-1')
    await page.getByRole('button', { name: 'Adopt', exact: true }).click()
    await page.getByText('berlin-1 is a host of the fleet now').waitFor()

    expect(await serving.api('GET', '/hosts/berlin-1')).toMatchObject({
      mac: macOf(0xabcdef),
      profile: 'store',
    })
    await page.getByText('No unknown machine has asked').waitFor()
    await page.getByRole('link', { name: 'Fleet' }).click()
    await page.getByRole('link', { name: 'berlin-1' }).waitFor()
  })

  test('forgets a machine, and a viewer can do neither', async () => {
    await simulatedHost(serving.bootUrl, macOf(77)).script()
    await using seen = await openPage(browser, serving.controlUrl, { colorScheme: 'dark' })
    await logIn(seen.page, await serving.token('viewer'))
    await seen.page.goto('/inbox')
    await seen.page.getByText(macOf(77)).waitFor()
    await expectAccessible(seen.page)

    expect(await seen.page.getByRole('button', { name: `Adopt ${macOf(77)}` }).isDisabled()).toBe(true)
    expect(await seen.page.getByRole('button', { name: `Forget ${macOf(77)}` }).isDisabled()).toBe(true)

    await using view = await openPage(browser, serving.controlUrl)
    await logIn(view.page, await serving.token('operator'))
    await view.page.goto('/inbox')
    await view.page.getByRole('button', { name: `Forget ${macOf(77)}` }).click()
    await view.page.getByText('No unknown machine has asked').waitFor()

    expect(await serving.api('GET', '/discovered')).toMatchObject({ items: [] })
  })
})
