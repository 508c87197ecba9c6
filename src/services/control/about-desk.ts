import { Failure } from '../../domain/failure.ts'
import { maskSecrets } from '../../domain/secret-text.ts'
import type { AboutDesk, DriverView } from '../../ports/control/observation-desk.ts'
import type { ControlParts } from './control-parts.ts'

/** What a driver said of itself is good for so long, in milliseconds: asking may mean a log-in elsewhere. */
const FRESH_MS = 60_000
/** A driver that says nothing for so long is not usable, in milliseconds. */
const PATIENCE_MS = 10_000
/** Messages of others can be long. */
const MAX_DETAIL = 500

interface Answer {
  readonly view: Promise<DriverView>
  /** When it is too old; never, as long as it has not come. */
  staleAt: number
}

/** What this server is, and how hosts reach it. */
export function createAboutDesk({
  version,
  bootScriptUrl,
  drivers,
  netboot,
  clock,
  signal,
}: Pick<ControlParts, 'version' | 'bootScriptUrl' | 'drivers' | 'netboot' | 'clock' | 'signal'>): AboutDesk {
  const answers = new Map<string, Answer>()

  /** However many ask, a driver is asked once a minute. */
  function driver(kind: string): Promise<DriverView> {
    const known = answers.get(kind)
    if (known && clock.now() < known.staleAt) return known.view
    const answer: Answer = {
      view: ask(kind).finally(() => {
        answer.staleAt = clock.now() + FRESH_MS
      }),
      staleAt: Number.POSITIVE_INFINITY,
    }
    answers.set(kind, answer)
    return answer.view
  }

  async function ask(kind: string): Promise<DriverView> {
    const over = new AbortController()
    const inside = AbortSignal.any([signal, over.signal])
    const tooLate = async (): Promise<never> => {
      await clock.sleep(PATIENCE_MS, inside)
      throw new Failure('driver.timeout', `it has not answered within ${PATIENCE_MS / 1000} s`)
    }
    try {
      const described = (async () => await drivers.of(kind).describe(inside))()
      return { kind, usable: true, detail: await Promise.race([described, tooLate()]) }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return { kind, usable: false, detail: maskSecrets(message).slice(0, MAX_DETAIL) }
    } finally {
      over.abort(new Error('answered'))
    }
  }

  return {
    about: async () => {
      const script = bootScriptUrl()
      return {
        version,
        bootUrl: script.replace(/\/boot\.ipxe$/, ''),
        bootScriptUrl: script,
        drivers: await Promise.all(drivers.kinds.map(driver)),
        services: netboot?.services ?? [],
      }
    },
  }
}
