import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BootRecords } from '../../src/contract/boots.ts'
import type { HostDetail } from '../../src/contract/hosts.ts'
import { PHASES } from '../../src/domain/phase.ts'
import {
  expectAccessible,
  keepPicture,
  launchBrowser,
  logIn,
  openPage,
} from '../support/dashboard/browser.ts'
import { type Serving, startServing } from '../support/dashboard/serving.ts'

/** A machine of its own, from its definition to ready, may take so long on a computer that does other things as well. */
const WHOLE_LIFE_MS = 840_000
const HOST = 'store-1'

let browser: Browser
let serving: Serving
beforeAll(async () => {
  browser = await launchBrowser()
  // The firmware for its media is where this computer has it.
  serving = await startServing([], {
    EDGEBOOT_CACHE_DIR: process.env['EDGEBOOT_CACHE_DIR'] ?? join(homedir(), '.cache', 'edgeboot'),
  })
})
afterAll(async () => {
  await browser?.close()
  await serving?.run('host', 'delete', HOST, '--yes').catch(() => undefined)
  await serving?.[Symbol.asyncDispose]()
})

/** Row of the timeline. */
function step(page: Page, phase: string) {
  return page
    .getByRole('region', { name: 'Phases of the boot' })
    .getByRole('row', { name: new RegExp(`^${phase}\\b`) })
}

/** Resolves when the host is in one of the phases; rejects when it has failed, in the server's words. */
async function reaches(page: Page, phase: string): Promise<void> {
  const outcome = page.getByTestId('phase')
  await outcome.filter({ hasText: new RegExp(`^(${phase}|failed)$`) }).waitFor({ timeout: WHOLE_LIFE_MS })
  const { failure } = await serving.api<HostDetail>('GET', `/hosts/${HOST}`)
  if (failure) throw new Error(`${HOST} failed in ${failure.phase}: ${failure.reason}`)
}

describe('a real machine', () => {
  test('is watched from its power-on to ready', async () => {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))

    await serving.apply(
      `  - { name: ${HOST}, profile: store, labels: { site: berlin } }`,
      `    machine: { driver: qemu, cpus: 2, memory: 1536MiB, disk: 10GiB, network: user }
    ready: { phoneHome: {} }
`,
    )
    await page.goto(`/hosts/${HOST}`)
    await page.getByRole('heading', { level: 1, name: HOST }).waitFor()
    await reaches(page, '(firmware|script|kernel|initrd|rootfs)')
    await page.getByRole('tab', { name: 'Console' }).click()
    const shown = page.getByRole('img', { name: `Console of ${HOST}` })
    await shown.waitFor({ timeout: WHOLE_LIFE_MS })
    const { width, height } = await shown.evaluate((image) => {
      const { naturalWidth, naturalHeight } = image as unknown as {
        readonly naturalWidth: number
        readonly naturalHeight: number
      }
      return { width: naturalWidth, height: naturalHeight }
    })
    await keepPicture(page, 'host-console')
    await page.getByRole('tab', { name: 'Boot', exact: true }).click()
    await reaches(page, '(rootfs|config|installing)')
    await keepPicture(page, 'host-booting')
    await page.getByRole('tab', { name: 'Log' }).click()
    await page
      .getByRole('region', { name: 'Log' })
      .filter({ hasText: /Linux version|iPXE/ })
      .waitFor()
    await page.getByRole('tab', { name: 'Boot', exact: true }).click()
    await reaches(page, 'ready')
    await step(page, 'ready').getByText('reached').waitFor()
    await expectAccessible(page)
    await keepPicture(page, 'host-ready')

    expect(Math.min(width, height)).toBeGreaterThan(100)
    const { items } = await serving.api<BootRecords>('GET', `/hosts/${HOST}/boots`)
    expect(items.map(({ outcome }) => outcome)).toEqual(['ready'])
    for (const phase of PHASES.slice(PHASES.indexOf('firmware'), PHASES.indexOf('ready'))) {
      expect(await step(page, phase).getAttribute('data-state'), phase).toBe('done')
    }
    for (const role of ['kernel', 'initrd', 'rootfs']) {
      expect(await step(page, role).textContent(), role).toMatch(/\d (KiB|MiB|GiB)/)
    }
    expect(view.foreign).toEqual([])
  }, 900_000)
})
