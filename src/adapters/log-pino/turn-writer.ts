/** Most that is held back, in characters. */
const MAX_HELD = 64 * 1024

/** Takes lines and passes on those of one turn of the event loop together. */
export interface TurnWriter {
  write(line: string): void
  /** Passes on what is held, now. */
  flush(): void
}

const writers = new Set<TurnWriter>()
let isWatching = false

/**
 * A write to a pipe wakes whoever reads it and costs more than the line did: under load there are many lines in a turn. What
 * is held when the process ends, by whatever way it still runs code on, is passed on then.
 */
export function createTurnWriter(pass: (text: string) => void): TurnWriter {
  let held = ''

  function flush(): void {
    writers.delete(writer)
    const text = held
    held = ''
    if (text !== '') pass(text)
  }

  const writer: TurnWriter = {
    write: (line) => {
      if (held === '') {
        writers.add(writer)
        setImmediate(flush)
      }
      held += line
      if (held.length >= MAX_HELD) flush()
    },
    flush,
  }
  watchExit()
  return writer
}

function watchExit(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', () => {
    for (const writer of writers) writer.flush()
  })
}
