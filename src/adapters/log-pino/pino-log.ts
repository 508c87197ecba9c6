import pino, { type Logger } from 'pino'
import type { Log, LogFields } from '../../ports/log.ts'
import { createLineHolder } from './line-holder.ts'
import { redact } from './redact.ts'
import { createTimestamp } from './timestamp.ts'

/** JSON lines on stderr or into a file, secrets masked. `level` is one of pino's, or `silent`. */
export function createPinoLog(options: {
  readonly level: string
  readonly destination: 'stderr' | string
}): Log {
  const dest = options.destination === 'stderr' ? 2 : options.destination
  const file = pino.destination({ dest, sync: true, mkdir: true })
  const lines = createLineHolder((text) => void file.write(text))
  const logger = pino({ level: options.level, base: null, timestamp: createTimestamp() }, lines)
  return wrap(logger, () => lines.flush())
}

/** Errors may be the last that is said, so they are not held back. */
function wrap(logger: Logger, flush: () => void): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      if (logger.isLevelEnabled(level)) logger[level](redact(fields) as object, redact(message) as string)
      if (level === 'error') flush()
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(logger.child(redact(fields) as object), flush),
  }
}
