import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../measure/free-port.ts'
import type { BenchContext } from '../measure/table.ts'
import { findProgram } from './bench-programs.ts'
import { type BootFiles, writeScript } from './boot-files.ts'
import { listening, type Running, startProgram, versionOf } from './running.ts'

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
export async function startNginxBoot(options: NginxBootOptions): Promise<NginxBoot | undefined> {
  const { context, files } = options
  const program = findProgram('nginx')
  const version = program && (await versionOf(program.command, ['-v'], /nginx\/(\S+)/))
  if (!program || version === undefined) {
    context.note('nginx is not there: without it (sh tools/setup.sh bench)')
    return undefined
  }
  context.uses('nginx', version)
  const port = await freePort()
  const folder = join(context.folder, `nginx-boot-${port}`)
  await mkdir(folder)
  const url = `http://127.0.0.1:${port}`
  const script = await writeScript(files, url, `script-${port}.ipxe`)
  const configuration = join(folder, 'nginx.conf')
  await writeFile(configuration, configurationOf(options, { folder, port, script }))
  const log = ['-e', join(folder, 'error.log')]
  const running = await startProgram(
    ...[program.command, [...log, '-p', folder, '-c', configuration], program.environment],
  )
  await listening(port, running)
  return { ...running, url }
}

function configurationOf(
  { files, workers }: NginxBootOptions,
  { folder, port, script }: { readonly folder: string; readonly port: number; readonly script: string },
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  )
  return [
    // As root its workers would become somebody who may not look into our folder.
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    ...['daemon off;', `worker_processes ${workers};`, `pid ${folder}/nginx.pid;`],
    'events { worker_connections 4096; }',
    'http {',
    ...['  access_log off;', '  sendfile on;', '  tcp_nopush on;', ...temporary],
    '  default_type application/octet-stream;',
    '  server {',
    `    listen 127.0.0.1:${port} backlog=4096;`,
    `    root ${files.folder};`,
    `    location = /ipxe { alias ${script}; }`,
    '    location ~ ^/h/.*/events$ { return 204; }',
    '  }',
    '}',
    '',
  ].join('\n')
}
