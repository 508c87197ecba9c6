import { once } from 'node:events'
import { get } from 'node:http'
import type { Page } from 'playwright-core'
import { launchBrowser, logIn, openPage } from '../../test/support/dashboard/browser.ts'
import { type Serving, startServing } from '../../test/support/dashboard/serving.ts'
import { macOf, simulatedHost } from '../../test/support/dashboard/simulated-host.ts'
import type { Bench, BenchContext, Cell } from '../measure/table.ts'
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
  readonly 'median ms': number
  readonly 'p95 ms': number
  readonly 'worst ms': number
  /** Tasks of more than 50 ms (Long Tasks API), and the longest of them. */
  readonly 'long tasks': number
  readonly 'longest task ms': number
}

/** Chromium on the page of a fleet of which many hosts download over real HTTP. */
export const dashboard: Bench = {
  name: 'dashboard',
  async run(context) {
    await using serving = await startServing()
    const hosts = Array.from(
      { length: HOSTS },
      (_, index) =>
        `  - { name: store-${index}, profile: store, match: { mac: "${macOf(index + 1)}" }, labels: { site: berlin-${index % 100}, rack: r${index % 7} } }`,
    )
    await serving.apply(hosts.join('\n'))
    const stopper = new AbortController()
    context.note(`${DOWNLOADING} hosts begin to download`)
    await beginDownloads(serving, stopper.signal)
    void beginHosts(serving, stopper.signal)
    const browser = await launchBrowser()
    context.uses('Chromium', browser.version())
    try {
      await using view = await openPage(browser, serving.controlUrl)
      const cells = await look(view.page, await serving.token('operator'), context)
      const errors = view.errors.filter((text) => !text.includes('401'))
      if (errors.length > 0) throw new Error(`the page had errors: ${errors.join('; ')}`)
      return [
        {
          id: 'dashboard',
          title: `The fleet page with ${HOSTS} hosts`,
          method:
            `Chromium without a graphics card looks at a fleet of ${HOSTS} hosts; ${DOWNLOADING} of them download slowly from a real server and five a ` +
            'second ask for their scripts. Frames drawn while somebody uses the page, once.',
          unit: 'frames',
          cells,
          goals: [],
        },
      ]
    } finally {
      stopper.abort()
      await browser.close()
    }
  },
}

async function look(page: Page, token: string, { isQuick, note }: BenchContext): Promise<readonly Cell[]> {
  const measuredMs = isQuick ? MEASURED_MS / 10 : MEASURED_MS
  await logIn(page, token)
  await page.addInitScript(countRows)
  const opened = performance.now()
  await page.goto('/')
  await page.getByRole('row', { name: 'store-0', exact: true }).waitFor()
  const shownAfterMs = performance.now() - opened
  const uses: Readonly<Record<string, () => Promise<unknown>>> = {
    idle: () => page.waitForTimeout(measuredMs),
    scrolling: () => scroll(page, measuredMs),
    'sorted by rate': async () => {
      await page.getByRole('button', { name: 'Rate' }).click()
      await page.waitForTimeout(measuredMs)
    },
    typing: () => type(page),
    grouped: async () => {
      await page.getByRole('combobox', { name: 'Group by' }).click()
      await page.getByRole('option', { name: 'by label site' }).click()
      await page.waitForTimeout(measuredMs / 2)
    },
  }
  const cells: Cell[] = []
  for (const [row, use] of Object.entries(uses)) {
    note(row)
    for (const [column, value] of Object.entries(await measure(page, use)))
      cells.push({ row, column, samples: [value] })
  }
  const { commits, drawn, shown } = await rowsDrawn(page, measuredMs)
  note(
    `first rows after ${Math.round(shownAfterMs)} ms; rows drawn each time that anything was: ` +
      `${(drawn / commits).toFixed(1)} of ${(shown / commits).toFixed(1)} (${commits} times)`,
  )
  return cells
}

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
    'median ms': at(0.5),
    'p95 ms': at(0.95),
    'worst ms': at(1),
    'long tasks': tasks.length,
    'longest task ms': Math.round(Math.max(0, ...tasks)),
  }
}

async function rowsDrawn(page: Page, measuredMs: number): Promise<RowCount> {
  await page.goto('/')
  await page.getByRole('row', { name: 'store-0', exact: true }).waitFor()
  await page.evaluate(() => {
    ;(globalThis as unknown as { rowCount: RowCount }).rowCount.isOn = true
  })
  await page.waitForTimeout(measuredMs)
  return await page.evaluate(() => (globalThis as unknown as { rowCount: RowCount }).rowCount)
}

async function scroll(page: Page, measuredMs: number): Promise<void> {
  await page.getByRole('grid').hover()
  const end = performance.now() + measuredMs
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
