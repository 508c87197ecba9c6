import type { Life, Transfer } from '../life.ts'
import { formatBytes } from '../size.ts'
import type { Circumstances } from './circumstances.ts'

/** Sentences for people. */
export interface Explanation {
  /** What is known for sure. */
  readonly seen: string
  /** The likeliest reason. */
  readonly cause: string
  /** What to look at or to do, the likeliest first. */
  readonly check: readonly string[]
}

/** What is known besides the life. Times in epoch milliseconds. */
export interface Situation extends Circumstances {
  readonly now: number
  /** Nothing was heard of it for longer than usual, or it has failed. */
  readonly silent: boolean
}

/** One thing that may keep a host from going on. */
export interface Rule {
  /** Stays the same. */
  readonly id: string
  /** True for trouble that shows while the host still does something. */
  readonly evenMoving?: boolean
  /** `undefined` where it does not fit. A host that has failed is shown in the phase it stood in. */
  readonly explain: (life: Life, situation: Situation) => Explanation | undefined
}

/** `once`, `4 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

/** `at 25 % of 1.5 GiB`. */
export function share(transfer: Pick<Transfer, 'bytes' | 'total'> | undefined): string {
  if (!transfer || transfer.total === 0) return 'before it began'
  return `at ${Math.floor((100 * transfer.bytes) / transfer.total)} % of ${formatBytes(transfer.total)}`
}
