import type { Log } from '../ports/log.ts'
import type { Machine, MachineDriver } from '../ports/machine-driver.ts'
import type { ScreenshotStore } from '../ports/screenshot-store.ts'
import type { HostBook } from './host-book.ts'

/** Records every power change, except the repetition of what is known. */
export async function watchPower(
  machine: Machine,
  { book }: { readonly book: HostBook },
  signal: AbortSignal,
): Promise<void> {
  const { name } = machine
  for await (const change of machine.watch(signal)) {
    const known =
      book.state(name)?.life.power === change.state &&
      change.cause !== 'guest-reset' &&
      change.cause !== 'reset'
    if (!known) await book.record(name, { type: 'machine.power', data: change })
  }
}

/** A picture of the console for the person who looks into it later; never the reason why something else fails. */
export async function keepScreenshot(
  machine: Machine,
  {
    book,
    driver,
    screenshots,
    log,
  }: {
    readonly book: HostBook
    readonly driver: Pick<MachineDriver, 'can'>
    readonly screenshots: ScreenshotStore
    readonly log: Log
  },
  why: string,
  signal: AbortSignal,
): Promise<void> {
  const { name } = machine
  if (!driver.can.screenshot || book.state(name)?.life.power !== 'on') return
  try {
    const path = await screenshots.save(name, await machine.screenshot(signal))
    await book.record(name, { type: 'console.screenshot', data: { path, why } })
  } catch (error) {
    log.debug({ err: error, host: name }, 'no screenshot')
  }
}
