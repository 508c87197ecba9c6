import type { Log, LogFields } from '../../src/ports/log.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: LogFields
  readonly message: string
}

/** A log that remembers everything. */
export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[]
}

export function createRecordingLog(lines: LogLine[] = [], bound: LogFields = {}): RecordingLog {
  const write = (level: LogLine['level']) => (fields: LogFields, message: string) => {
    lines.push({ level, fields: { ...bound, ...fields }, message })
  }
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => createRecordingLog(lines, { ...bound, ...fields }),
  }
}
