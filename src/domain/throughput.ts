import type { Pacing } from './pacing/pacing.ts'
import { formatBytes } from './size.ts'

/** What went over the boot listener in one interval. `at` is its end, epoch milliseconds. */
export interface ThroughputSample {
  readonly at: number
  /** Sent in the interval. */
  readonly bytes: number
  /** Downloads under way at its end. */
  readonly transfers: number
  /** Hosts with a download under way at its end. */
  readonly hosts: number
  /** Share of the interval in which the event loop was busy, 0 to 1. */
  readonly busy: number
}

/** What keeps the downloads under way from being faster, with a sentence for people. */
export interface Bottleneck {
  readonly where: 'none' | 'server' | 'budget' | 'link' | 'hosts' | 'unknown'
  readonly why: string
}

/** Samples that are looked at: one alone may have begun in the middle. */
const LOOKED_AT = 3
/** Above this share the loop has hardly any time left between two pieces. */
const BUSY = 0.9
/** Headers of Ethernet, IP and TCP take about 6 % of a link, and no link is ever quite full. */
const FULL = 0.85

/**
 * By the last samples (oldest first, `intervalMs` long) and the present rates of the downloads under way, in bytes per
 * second. What is neither the server's nor its card's doing is mostly the hosts' or that of the network in between; a disk
 * that is too slow looks the same from here.
 */
export function findBottleneck({
  samples,
  rates,
  intervalMs,
  linkBytesPerSecond,
  pacing = {},
}: {
  readonly samples: readonly ThroughputSample[]
  readonly rates: readonly number[]
  readonly intervalMs: number
  readonly linkBytesPerSecond?: number | undefined
  /** What hosts are allowed. */
  readonly pacing?: Pick<Pacing, 'bytesPerSecond' | 'hostBytesPerSecond'> | undefined
}): Bottleneck {
  const recent = samples.slice(-LOOKED_AT)
  const idle = recent.findLastIndex(({ transfers }) => transfers === 0)
  const looked = recent.slice(idle + 1)
  const last = looked.at(-1)
  if (!last) return { where: 'none', why: 'Nothing is downloaded at the moment.' }

  const seconds = (looked.length * intervalMs) / 1000
  const rate = looked.reduce((sum, { bytes }) => sum + bytes, 0) / seconds
  const busy = looked.reduce((sum, sample) => sum + sample.busy, 0) / looked.length
  const downloads = last.transfers === 1 ? 'One download gets' : `${last.transfers} downloads get`
  const got = `${downloads} ${perSecond(rate)}${last.transfers === 1 ? '' : ' together'}`
  const working = `the server was busy for ${percent(busy)} of the last ${Math.round(seconds)} s`
  if (busy > BUSY) return { where: 'server', why: `${got}, and ${working}: it cannot send more.` }
  const { allowed, whose } = budget(pacing, last.hosts)
  if (rate > FULL * allowed) {
    return {
      where: 'budget',
      why: `${got}, ${percent(rate / allowed)} of the ${perSecond(allowed)} that ${whose} allows.`,
    }
  }
  if (linkBytesPerSecond === undefined) {
    return {
      where: 'unknown',
      why: `${got}; ${working}. How fast its network card is cannot be told here, so that may be the limit or not.`,
    }
  }
  const used = `${percent(rate / linkBytesPerSecond)} of the ${perSecond(linkBytesPerSecond)} of the network card`
  if (rate > FULL * linkBytesPerSecond) return { where: 'link', why: `${got}, ${used}: it is full.` }
  return {
    where: 'hosts',
    why: `${got}${describeRates(rates)}. That is ${used}, and ${working}: the hosts, or the network on the way to them, take no more, unless the disk with the ISO gives no more.`,
  }
}

/** In bytes per second; infinite where nothing is bounded. */
function budget(
  { bytesPerSecond = Infinity, hostBytesPerSecond = Infinity }: Partial<Pacing>,
  hosts: number,
) {
  const each = hostBytesPerSecond * hosts
  return bytesPerSecond <= each
    ? { allowed: bytesPerSecond, whose: '--bandwidth' }
    : { allowed: each, whose: '--host-bandwidth' }
}

function describeRates(rates: readonly number[]): string {
  if (rates.length < 2) return ''
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)]
  return `, the slowest ${perSecond(slowest)}, the fastest ${perSecond(fastest)}`
}

function perSecond(bytes: number): string {
  return `${formatBytes(bytes)}/s`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
