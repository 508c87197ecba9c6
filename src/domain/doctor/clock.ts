import type { Finding } from './finding.ts'

/** Nothing of this program is older. Epoch milliseconds. */
const EARLIEST = Date.UTC(2026, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)
/** Certificates and time stamps go wrong beyond that. Milliseconds. */
const SKEW_MS = 60_000
const KEEP = 'let a time server keep it: timedatectl set-ntp true'

/** This computer's clock. `isSynchronized`: absent where nobody can say. */
export function judgeClock(now: number, isSynchronized: boolean | undefined): Finding {
  const name = 'clock here'
  const shown = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
  if (now < EARLIEST || now > LATEST)
    return {
      name,
      verdict: 'bad',
      detail: `${shown} cannot be right: no certificate is valid then`,
      remedy: KEEP,
    }
  if (isSynchronized === false)
    return { name, verdict: 'warning', detail: `${shown}; no time server keeps it`, remedy: KEEP }
  const kept = isSynchronized ? 'kept by a time server' : 'whether a time server keeps it cannot be told here'
  return { name, verdict: 'good', detail: `${shown}; ${kept}` }
}

/** Somebody else's clock against ours, from an answer that took from `asked` to `answered`. Epoch milliseconds. */
export function judgeSkew(
  name: string,
  { theirs, asked, answered }: { readonly theirs: number; readonly asked: number; readonly answered: number },
): Finding {
  // Half of the way there and back, as everybody who asks for a time assumes; a header has whole seconds.
  const ahead = theirs + 500 - (asked + answered) / 2
  const seconds = Math.round(Math.abs(ahead) / 1000)
  if (Math.abs(ahead) <= SKEW_MS) return { name, verdict: 'good', detail: `${seconds} s apart from ours` }
  const detail = `${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours`
  return { name, verdict: 'warning', detail, remedy: 'let a time server keep both' }
}

/** Validity of a certificate of our own. Epoch milliseconds. */
export function judgeValidity(
  name: string,
  { from, until, now }: { readonly from: number; readonly until: number; readonly now: number },
): Finding {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  if (now < from) {
    const detail = `not valid before ${day(from)}, which is later than the clock of this computer`
    return { name, verdict: 'bad', detail, remedy: 'set the clock right' }
  }
  if (now > until) {
    const remedy = 'start edgeboot serve again: it makes a new one; a given certificate has to be renewed'
    return { name, verdict: 'bad', detail: `expired on ${day(until)}`, remedy }
  }
  return { name, verdict: 'good', detail: `valid until ${day(until)}` }
}
