/** Most that is held back, in characters. */
const MAX_HELD = 64 * 1024
/** And for how long. */
const HELD_FOR_MS = 20

/** Takes lines and passes on those of a moment together. */
export interface LineHolder {
  write(line: string): void
  /** Passes on what is held, now. */
  flush(): void
}

const holders = new Set<LineHolder>()
let isWatching = false

/**
 * A write to a pipe wakes whoever reads it and costs more than the line did: under load there are many lines in a moment. What
 * is held when the process ends, by whatever way it still runs code on, is passed on then.
 */
export function createLineHolder(pass: (text: string) => void): LineHolder {
  let held = ''
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    holders.delete(holder)
    const text = held
    held = ''
    if (text !== '') pass(text)
  }

  const holder: LineHolder = {
    write: (line) => {
      if (held === '') {
        holders.add(holder)
        timer = setTimeout(flush, HELD_FOR_MS).unref()
      }
      held += line
      if (held.length >= MAX_HELD) flush()
    },
    flush,
  }
  watchExit()
  return holder
}

/** Passes on what all of them hold, so that what is said otherwise comes after it. */
export function flushHeldLines(): void {
  for (const holder of holders) holder.flush()
}

function watchExit(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', flushHeldLines)
}
