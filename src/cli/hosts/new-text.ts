/** Whether a console went on from where it was seen last, and what came since. */
export interface NewText {
  readonly text: string
  /** False when it began anew, or wrote more than was looked at. */
  readonly follows: boolean
}

/** A character of several bytes that was cut in two reads as this. */
const CUT = /^\ufffd+|\ufffd+$/g

/**
 * What came between two looks at the end of the same text. Where both end in repetitions it is as little as it can be.
 */
export function findNewText(before: string, now: string): NewText {
  const [older, newer] = [withoutCuts(before), withoutCuts(now)]
  if (older === '') return { text: newer, follows: true }
  if (newer.startsWith(older)) return { text: newer.slice(older.length), follows: true }
  const same = overlap(older, newer)
  return { text: newer.slice(same), follows: same > 0 }
}

/** The text without characters that were cut at its ends. */
export function withoutCuts(text: string): string {
  return text.replace(CUT, '')
}

/** Length of the longest start of `newer` that is an end of `older` (Knuth, Morris, Pratt 1977). */
function overlap(older: string, newer: string): number {
  const back = new Int32Array(newer.length)
  let matched = 0
  for (let at = 1; at < newer.length; at++) {
    while (matched > 0 && newer[at] !== newer[matched]) matched = back[matched - 1] ?? 0
    if (newer[at] === newer[matched]) matched += 1
    back[at] = matched
  }
  matched = 0
  for (const unit of older.split('')) {
    if (matched === newer.length) matched = back[matched - 1] ?? 0
    while (matched > 0 && unit !== newer[matched]) matched = back[matched - 1] ?? 0
    if (unit === newer[matched]) matched += 1
  }
  return matched
}
