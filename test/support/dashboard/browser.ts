import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Debian's Chromium, without a window. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: process.env['EDGEBOOT_CHROMIUM'] ?? '/usr/bin/chromium',
    // Tests run as root in CI, where Chromium has no sandbox.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}

/** A page with what went wrong in it: errors of scripts and what its policy kept from loading. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page
  /** Messages of uncaught errors and of the console's errors so far. */
  readonly errors: readonly string[]
  /** Addresses of other servers that were asked for anything. */
  readonly foreign: readonly string[]
}

/** A page of its own: no cookies of others. */
export async function openPage(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const errors: string[] = []
  const foreign: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'blob:' && url.origin !== new URL(baseURL).origin) foreign.push(request.url())
  })
  return { page, errors, foreign, [Symbol.asyncDispose]: () => context.close() }
}

/** Through the page for it, as people do. */
export async function logIn(page: Page, token: string): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('Access token').fill(token)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByTestId('feed').filter({ hasText: 'live' }).waitFor()
}

/** Fails with what keeps people from using the page: the rules of WCAG 2.2 A and AA that a program can check. */
export async function expectAccessible(page: Page): Promise<void> {
  // The page's policy keeps scripts of others out, but not those of the browser's own tools.
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } })
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.slice(0, 5).map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    }))
  })
  expect(found, page.url()).toEqual([])
}

/** Keeps a picture of the page in the folder that EDGEBOOT_README_SCREENSHOTS names; without it nothing is done. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['EDGEBOOT_README_SCREENSHOTS']
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}
