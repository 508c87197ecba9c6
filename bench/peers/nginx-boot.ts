import type { BenchContext } from '../measure/table.ts'
import { type BootFiles, writeScript } from './boot-files.ts'
import { startNginxProgram } from './nginx-program.ts'
import type { Running } from './running.ts'

export interface NginxBootOptions {
  readonly context: BenchContext
  readonly files: BootFiles
  readonly workers: number
}

/** nginx that serves a boot: the same script for everybody, files, and 204 for every report. */
export interface NginxBoot extends Running {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
}

/** `undefined`, with a note, where there is no nginx. */
export async function startNginxBoot({
  context,
  files,
  workers,
}: NginxBootOptions): Promise<NginxBoot | undefined> {
  const urlOf = (port: number): string => `http://127.0.0.1:${port}`
  const server = async (port: number) => [
    `listen 127.0.0.1:${port} backlog=4096;`,
    `root ${files.folder};`,
    `location = /ipxe { alias ${await writeScript(files, urlOf(port), `script-${port}.ipxe`)}; }`,
    'location ~ ^/h/.*/events$ { return 204; }',
  ]
  const running = await startNginxProgram(context, { workers, server })
  return running && { ...running, url: urlOf(running.port) }
}
