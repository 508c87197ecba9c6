import type { HostView } from '../../../../src/contract/hosts.ts'
import type { Phase } from '../../../../src/domain/phase.ts'
import { bytesInWords, durationInWords, rateInWords } from '../../ui/words.ts'
import { downloadOf, progressOf, rateOf, STEPS, shareOf, stepOf, timeLeftOf } from './host-progress.ts'

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

/** What hosts do in phases without a download under way. */
const DOINGS: Readonly<Partial<Record<Phase, string>>> = {
  defined: 'not begun',
  starting: 'machine starts',
  firmware: 'in its firmware',
  script: 'has its script',
  kernel: 'has its kernel',
  initrd: 'kernel boots',
  rootfs: 'live system boots',
  config: 'has its configuration',
  installing: 'writes its disk',
  installed: 'installed, restarts',
  'disk-boot': 'boots from its disk',
}

/** `412 of 900 MiB`: the unit once, where it is the same. */
export function partInWords(bytes: number, total: number): string {
  const [part, whole] = [bytesInWords(bytes), bytesInWords(total)]
  const unit = whole.slice(whole.indexOf(' '))
  return `${part.endsWith(unit) ? part.slice(0, -unit.length) : part} of ${whole}`
}

/** What a host is doing. */
export function progressFigures(host: HostView): ProgressFigures {
  const download = downloadOf(host)
  const steps = `${stepOf(host)}/${STEPS}`
  if (download) {
    const share = shareOf(download)
    const text = `${Math.floor(share * 100)} % · ${partInWords(download.bytes, download.total)}`
    return { kind: 'download', share, text, steps }
  }
  const share = progressOf(host)
  if (host.phase === 'ready') return { kind: 'ready', share: 1, text: 'done', steps: '' }
  if (host.phase === 'failed') return { kind: 'failed', share, text: 'stopped', steps }
  return { kind: 'steps', share, text: DOINGS[host.phase] ?? '', steps }
}
