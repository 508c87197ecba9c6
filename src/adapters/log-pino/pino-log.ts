import pino, { type Logger } from 'pino'
import type { Log, LogFields } from '../../ports/log.ts'
import { redact } from './redact.ts'

/** JSON lines on stderr or into a file, secrets masked. `level` is one of pino's, or `silent`. */
export function createPinoLog(options: {
  readonly level: string
  readonly destination: 'stderr' | string
}): Log {
  const destination = options.destination === 'stderr' ? 2 : options.destination
  return wrap(
    pino(
      { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ dest: destination, sync: true, mkdir: true }),
    ),
  )
}

function wrap(logger: Logger): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      if (logger.isLevelEnabled(level)) logger[level](redact(fields) as object, redact(message) as string)
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(logger.child(redact(fields) as object)),
  }
}
