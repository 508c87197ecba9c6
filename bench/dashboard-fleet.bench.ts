import { once } from 'node:events'
import { get } from 'node:http'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { launchBrowser, logIn, openPage } from '../test/support/dashboard/browser.ts'
import { type Serving, startServing } from '../test/support/dashboard/serving.ts'
import { macOf, simulatedHost } from '../test/support/dashboard/simulated-host.ts'
import { countRows, type RowCount } from './rows-drawn.ts'

const HOSTS = 2000
const DOWNLOADING = 200
/** Bytes per second that each host takes: so little that the downloads last through the measurement. */
const PACE = 200 * 1024
/** Every so often another host asks for its script. */
const BEGIN_EVERY_MS = 200
const MEASURED_MS = 10_000

interface Frames {
  readonly frames: number
  readonly median: number
  readonly p95: number
  readonly worst: number
  /** Tasks of more than 50 ms (Long Tasks API), and the longest of them. */
  readonly longTasks: number
  readonly longestTask: number
}

/** Chromium on the page of a fleet of which many hosts download over real HTTP. */
test(`the fleet page with ${HOSTS} hosts, ${DOWNLOADING} of them downloading`, {
  timeout: 600_000,
}, async () => {
  await using serving = await startServing()
  const hosts = Array.from(
    { length: HOSTS },
    (_, index) =>
      `  - { name: store-${index}, profile: store, match: { mac: "${macOf(index + 1)}" }, labels: { site: berlin-${index % 100}, rack: r${index % 7} } }`,
  )
  await serving.apply(hosts.join('\n'))
  const stopper = new AbortController()
  await beginDownloads(serving, stopper.signal)
  void beginHosts(serving, stopper.signal)
  const browser = await launchBrowser()
  try {
    await using view = await openPage(browser, serving.controlUrl)
    const { page } = view
    await logIn(page, await serving.token('operator'))
    await page.addInitScript(countRows)
    const opened = performance.now()
    await page.goto('/')
    await page.getByRole('row', { name: 'store-0', exact: true }).waitFor()
    const shownAfter = performance.now() - opened

    const results = {
      idle: await measure(page, () => page.waitForTimeout(MEASURED_MS)),
      scrolling: await measure(page, () => scroll(page)),
      'sorted by rate': await measure(page, async () => {
        await page.getByRole('button', { name: 'Rate' }).click()
        await page.waitForTimeout(MEASURED_MS)
      }),
      typing: await measure(page, () => type(page)),
      grouped: await measure(page, async () => {
        await page.getByRole('combobox', { name: 'Group by' }).click()
        await page.getByRole('option', { name: 'by label site' }).click()
        await page.waitForTimeout(MEASURED_MS / 2)
      }),
    }
    console.log(`the fleet page, ${HOSTS} hosts: first rows after ${Math.round(shownAfter)} ms`)
    console.table(results)
    const { commits, drawn, shown } = await rowsDrawn(page)
    console.log(
      `rows drawn each time that anything was: ${(drawn / commits).toFixed(1)} of ${(shown / commits).toFixed(1)} (${commits} times)`,
    )
    console.log(await page.getByTestId('fleet-sums').textContent())
    expect(view.errors.filter((text) => !text.includes('401'))).toEqual([])
  } finally {
    stopper.abort()
    await browser.close()
  }
})

/** Other hosts begin one after the other: their events make the page ask for the whole list again and again. */
async function beginHosts(serving: Serving, signal: AbortSignal): Promise<void> {
  for (let index = 1; index < HOSTS && !signal.aborted; index += 2) {
    await serving.api('POST', `/hosts/store-${index}/arm`, { forMs: 3_600_000 })
    await simulatedHost(serving.bootUrl, macOf(index + 1)).script()
    await new Promise((resolve) => setTimeout(resolve, BEGIN_EVERY_MS))
  }
}

/** Every second host asks for its script and takes its root file system slowly, again and again. */
async function beginDownloads(serving: Serving, signal: AbortSignal): Promise<void> {
  for (let index = 0; index < 2 * DOWNLOADING; index += 2) {
    await serving.api('POST', `/hosts/store-${index}/arm`, { forMs: 3_600_000 })
    const host = simulatedHost(serving.bootUrl, macOf(index + 1))
    const base = /https?:\/\/[^\s"]+\/b\/[A-Za-z0-9_-]+/.exec(await host.script())?.[0]
    if (!base) throw new Error(`store-${index} was handed no installer`)
    void takeSlowly(`${base}/palette.squashfs`, signal)
  }
}

async function takeSlowly(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const request = get(url, { signal, agent: false })
    try {
      const [response] = await once(request, 'response', { signal })
      for await (const chunk of response) {
        await new Promise((resolve) => setTimeout(resolve, (chunk.length / PACE) * 1000))
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

async function measure(page: Page, meanwhile: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(() => {
    const record = { deltas: [] as number[], tasks: [] as number[], isOver: false }
    Object.assign(globalThis, { record })
    const observer = new PerformanceObserver((list) => {
      record.tasks.push(...list.getEntries().map(({ duration }) => duration))
    })
    // Node's types do not know what browsers observe.
    observer.observe({ type: 'longtask' as 'measure' })
    const { requestAnimationFrame } = globalThis as unknown as {
      requestAnimationFrame(draw: (time: number) => void): void
    }
    let last: number | undefined
    const draw = (time: number): void => {
      if (last !== undefined) record.deltas.push(time - last)
      last = time
      if (!record.isOver) requestAnimationFrame(draw)
    }
    requestAnimationFrame(draw)
  })
  await meanwhile()
  const { deltas, tasks } = await page.evaluate(() => {
    const { record } = globalThis as unknown as {
      record: { deltas: number[]; tasks: number[]; isOver: boolean }
    }
    record.isOver = true
    return record
  })
  const sorted = deltas.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10
  return {
    frames: deltas.length,
    median: at(0.5),
    p95: at(0.95),
    worst: at(1),
    longTasks: tasks.length,
    longestTask: Math.round(Math.max(0, ...tasks)),
  }
}

async function rowsDrawn(page: Page): Promise<RowCount> {
  await page.goto('/')
  await page.getByRole('row', { name: 'store-0', exact: true }).waitFor()
  await page.evaluate(() => {
    ;(globalThis as unknown as { rowCount: RowCount }).rowCount.isOn = true
  })
  await page.waitForTimeout(MEASURED_MS)
  return await page.evaluate(() => (globalThis as unknown as { rowCount: RowCount }).rowCount)
}

async function scroll(page: Page): Promise<void> {
  await page.getByRole('grid').hover()
  const end = performance.now() + MEASURED_MS
  while (performance.now() < end) {
    await page.mouse.wheel(0, 240)
    await page.waitForTimeout(16)
  }
}

async function type(page: Page): Promise<void> {
  const box = page.getByRole('searchbox', { name: 'Find' })
  for (const text of ['store-1', 'berlin-42', '52:54:00']) {
    await box.pressSequentially(text, { delay: 120 })
    await page.waitForTimeout(500)
    await box.fill('')
  }
}
