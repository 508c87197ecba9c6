export type LogFields = Readonly<Record<string, unknown>>

/** Structured log. From `warn` up the message is static and all that varies is in the fields; no secrets, ever. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(fields: LogFields): Log
}
