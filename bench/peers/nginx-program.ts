import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../measure/free-port.ts'
import type { BenchContext } from '../measure/table.ts'
import { findProgram } from './bench-programs.ts'
import { listening, type Running, startProgram, versionOf } from './running.ts'

export interface NginxSettings {
  readonly workers: number
  /** What stands in the block `server`, a directive a line, for the port it is to listen on. */
  server(port: number): readonly string[] | Promise<readonly string[]>
}

/** nginx as its own guide to serving large files has it: sendfile, full packets, no log. `undefined`, with a note, without it. */
export async function startNginxProgram(
  context: BenchContext,
  { workers, server }: NginxSettings,
): Promise<(Running & { readonly port: number }) | undefined> {
  const program = findProgram('nginx')
  const version = program && (await versionOf(program.command, ['-v'], /nginx\/(\S+)/))
  if (!program || version === undefined) {
    context.note('nginx is not there: without it (sh tools/setup.sh bench)')
    return undefined
  }
  context.uses('nginx', version)
  const port = await freePort()
  const folder = join(context.folder, `nginx-${port}`)
  await mkdir(folder)
  const configuration = join(folder, 'nginx.conf')
  await writeFile(configuration, configurationOf(folder, workers, await server(port)))
  const log = ['-e', join(folder, 'error.log')]
  const running = await startProgram(
    ...[program.command, [...log, '-p', folder, '-c', configuration], program.environment],
  )
  await listening(port, running)
  return { ...running, port }
}

function configurationOf(folder: string, workers: number, server: readonly string[]): string {
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
    ...server.map((line) => `    ${line}`),
    '  }',
    '}',
    '',
  ].join('\n')
}
