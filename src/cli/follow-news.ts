import { setTimeout as sleep } from 'node:timers/promises'
import type { NetbootNewsList } from '../contract/netboot.ts'

/** The server answers after so long when there is no news. */
const WAIT_SECONDS = 20
/** A server on which many wait, or that is ending, answers at once, and must not be asked without a break. */
const PAUSE_MS = 1000

/** What is remembered, then what is new, until the signal aborts. Failures are those of `ask`. */
export async function* followNews(
  ask: (after: number, waitSeconds: number) => Promise<NetbootNewsList>,
  signal: AbortSignal,
  pause: (ms: number) => Promise<void> = (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
): AsyncGenerator<NetbootNewsList> {
  let after = 0
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const news = await ask(after, isFirst ? 0 : WAIT_SECONDS)
    yield news
    after = news.items.at(-1)?.id ?? after
    if (!isFirst && news.items.length === 0) await pause(PAUSE_MS)
  }
}
