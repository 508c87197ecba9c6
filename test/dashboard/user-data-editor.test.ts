import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, launchBrowser, logIn, openPage } from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'
import { dropFile, openFile, RIGHT, shownFindings, WRONG } from '../support/dashboard/user-data-editor.ts'
import { standInIso } from '../support/stand-in-iso.ts'

let browser: Browser
let serving: Serving
beforeAll(async () => {
  browser = await launchBrowser()
  serving = await startServing()
  await serving.api('POST', '/installers', { name: 'palette', isoPath: await standInIso() })
})
afterAll(async () => {
  await browser?.close()
  await serving?.[Symbol.asyncDispose]()
})

describe('the editor', () => {
  test('is left with Tab, proposes keys with what they mean, and takes a file that is dropped', async () => {
    await using view = await openPage(browser, serving.controlUrl, { colorScheme: 'dark' })
    const { page } = view
    await openUserData(page)
    await page.getByRole('button', { name: 'Begin for local management' }).click()
    await page.getByRole('status').filter({ hasText: '1 error' }).waitFor()
    await page.getByRole('button', { name: 'Begin for central management' }).click()
    await page.getByRole('status').filter({ hasText: '3 errors' }).waitFor()
    expect(
      (await shownFindings(page)).filter(({ severity }) => severity === 'error').map(({ rule }) => rule),
    ).toEqual(['placeholder', 'placeholder', 'placeholder'])

    const editor = page.getByRole('textbox', { name: 'User-data' })
    await editor.focus()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type('stylus:\nsite:\nedge')
    await page.getByRole('option', { name: 'edgeHostToken' }).waitFor()
    await page.getByText('Registration token; with it the host registers by itself').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    expect(await editor.evaluate((element) => element.matches(':focus'))).toBe(false)

    await dropFile(page, RIGHT)
    await page.getByRole('status').filter({ hasText: 'Nothing is wrong' }).waitFor()
    await editor.focus()
    await page.keyboard.press('ControlOrMeta+z')
    await page.getByText('(placeholder)').first().waitFor()
    expect(view.errors).toEqual([])
  })

  test('keeps every letter, however quickly they come', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openUserData(page)
    const editor = page.getByRole('textbox', { name: 'User-data' })
    await editor.focus()
    const typed = `# ${'abcdefghijklmnopqrstuvwxyz0123456789 '.repeat(3)}r`

    // As input methods and phones do it: no keys, and letters that come while the one before is still drawn.
    await page.evaluate(`(async () => {
      for (const letter of ${JSON.stringify(typed)}) {
        document.execCommand('insertText', false, letter)
        await new Promise((resolve) => setTimeout(resolve))
      }
    })()`)

    expect(await editor.textContent()).toBe(typed)
  })

  test('says what the latest text is worth, also after the server was away', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await openUserData(page)
    await openFile(page, RIGHT)
    await page.getByRole('status').filter({ hasText: 'Nothing is wrong' }).waitFor()
    await serving.stop()
    await openFile(page, WRONG)
    await page.getByRole('alert').filter({ hasText: 'The document could not be checked' }).waitFor()
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true)
    await serving.start()

    await page.getByRole('status').filter({ hasText: '2 errors' }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})

/** As an operator, with a registered installer, at the second step. */
async function openUserData(page: Page): Promise<void> {
  await logIn(page, await serving.token('operator'))
  await page.goto('/start')
  await page.getByLabel('palette').check()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('textbox', { name: 'User-data' }).waitFor()
}
