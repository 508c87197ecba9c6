/** What a command gets from the program around it. */
export interface CommandContext {
  /** True when stdout is to carry one JSON document and nothing else. */
  readonly json: boolean
  /** `debug`, `info`, `warn`, `error` or `silent`. */
  readonly logLevel: string
  /** The data directory in force: `--data-dir`, environment, or the usual place. */
  dataDir(): string
  /** Writes text to stdout as it is. */
  stdout(text: string): void
  /** Writes a line for people to stderr. */
  progress(line: string): void
}
