import type { HostView } from '../../../../src/contract/hosts.ts'
import { bytesInWords, durationInWords, rateInWords } from '../../ui/words.ts'
import {
  downloadOf,
  isMoving,
  progressOf,
  rateOf,
  STEPS,
  shareOf,
  stepOf,
  timeLeftOf,
} from './host-progress.ts'

/** What a row says that depends on the time: texts, so that a row whose texts are the same need not be drawn anew. */
export interface RowFigures {
  readonly rate: string
  readonly left: string
  readonly seen: string
}

export function figuresOf(host: HostView, now: number): RowFigures {
  const rate = rateOf(host, now)
  const left = timeLeftOf(host, now)
  return {
    rate: rate > 0 ? rateInWords(rate) : '',
    left: left === undefined ? '' : durationInWords(left),
    seen: ageInWords(now - host.lastSeen),
  }
}

/** `now`, then in one part: `40 s`, `5 min`, `3 h`, `2 d`. */
export function ageInWords(ms: number): string {
  if (ms < 10_000) return 'now'
  const [value = '', unit = ''] = durationInWords(ms < 60_000 ? Math.floor(ms / 5000) * 5000 : ms).split(' ')
  return `${value} ${unit}`
}

export interface ProgressFigures {
  readonly kind: 'download' | 'steps' | 'ready' | 'failed'
  /** Of the bar, from 0 to 1. */
  readonly share: number
  readonly text: string
  /** `6/11`: phases behind it and all there are. */
  readonly steps: string
}

/** What a host is doing. */
export function progressFigures(host: HostView): ProgressFigures {
  const download = downloadOf(host)
  const steps = `${stepOf(host)}/${STEPS}`
  if (download) {
    const share = shareOf(download)
    const text = `${bytesInWords(download.bytes)} of ${bytesInWords(download.total)} · ${Math.floor(share * 100)} %`
    return { kind: 'download', share, text, steps }
  }
  const share = progressOf(host)
  if (host.phase === 'ready') return { kind: 'ready', share: 1, text: 'done', steps: '' }
  if (host.phase === 'failed') return { kind: 'failed', share, text: 'stopped', steps }
  return { kind: 'steps', share, text: isMoving(host) ? 'under way' : 'not begun', steps }
}
