import { type Finding, worstOf } from '../../domain/doctor/finding.ts'
import { Failure } from '../../domain/failure.ts'
import type { DoctorDesk, DoctorView } from '../../ports/control/observation-desk.ts'
import type { ControlParts } from './control-parts.ts'

/** Nobody waits longer for an answer, and much of it is limited by itself. Milliseconds. */
const LIMIT_MS = 60_000

/** One examination at a time: it starts programs and sends packets, and answers would be the same. */
export function createDoctorDesk({
  examine,
  clock,
  signal,
}: Pick<ControlParts, 'examine' | 'clock' | 'signal'>): DoctorDesk {
  let running: Promise<DoctorView> | undefined

  function begin(): Promise<DoctorView> {
    const findings: Finding[] = []
    const end = new AbortController()
    const done = new AbortController()
    const work = collect(findings, AbortSignal.any([signal, end.signal]))
    const late = clock.sleep(LIMIT_MS, AbortSignal.any([signal, done.signal])).then(() => TOO_LATE)
    const report = Promise.race([work, late]).then((ending) => {
      // What comes in later belongs to no report.
      const found = ending ? [...findings, ending] : [...findings]
      end.abort(new Failure('interrupted', TOO_LATE.detail))
      return { at: clock.now(), verdict: worstOf(found), findings: found }
    })
    work
      .catch(() => undefined)
      .finally(() => {
        running = undefined
        done.abort()
      })
    late.catch(() => undefined)
    return report
  }

  async function collect(findings: Finding[], either: AbortSignal): Promise<undefined> {
    for await (const finding of examine(either)) findings.push(finding)
  }

  return {
    examine: async () => {
      // What hangs beyond its limit is not begun once more beside itself.
      running ??= begin()
      try {
        return await running
      } catch (error) {
        if (!signal.aborted) throw error
        throw new Failure('interrupted', 'the server stops, and with it the examination', {}, error)
      }
    },
  }
}

const TOO_LATE: Finding = {
  name: 'time',
  verdict: 'warning',
  detail: `the examination was not done within ${LIMIT_MS / 1000} s; what is missing was not looked at`,
  remedy:
    'look at what the last of the other findings is about, or run edgeboot doctor where the server runs',
}
