import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { freePort } from '../measure/free-port.ts'
import { findProgram } from './bench-programs.ts'
import { CIPHER } from './certificate.ts'
import { type FileServer, type FileServerOptions, rangesOf } from './file-server.ts'
import { listening, startProgram, versionOf } from './running.ts'

export interface NginxOptions extends FileServerOptions {
  readonly workers: number
}

/** nginx as its own guide to serving large files has it: sendfile, full packets, no log. */
export async function startNginx(options: NginxOptions): Promise<FileServer | undefined> {
  const { context, files, certificate, workers } = options
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
  await writeFile(configuration, configurationOf(options, folder, port))
  const log = ['-e', join(folder, 'error.log')]
  const running = await startProgram(
    ...[program.command, [...log, '-p', folder, '-c', configuration], program.environment],
  )
  await listening(port, running)
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/${files.name}`
  return {
    name: workers === 1 ? 'nginx' : `nginx, ${workers} workers`,
    pid: running.pid,
    downloads: async (parts) => rangesOf(url, files.sizeBytes, parts),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

function configurationOf(
  { files, certificate, workers }: NginxOptions,
  folder: string,
  port: number,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  )
  const tls = certificate && [
    `    ssl_certificate ${certificate.certificateFile};`,
    `    ssl_certificate_key ${certificate.keyFile};`,
    '    ssl_protocols TLSv1.2 TLSv1.3;',
    `    ssl_conf_command Ciphersuites ${CIPHER};`,
  ]
  return [
    // As root its workers would become somebody who may not look into our folder.
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    ...['daemon off;', `worker_processes ${workers};`, `pid ${folder}/nginx.pid;`],
    'events { worker_connections 4096; }',
    'http {',
    ...['  access_log off;', '  sendfile on;', '  tcp_nopush on;', ...temporary],
    '  default_type application/octet-stream;',
    '  server {',
    `    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};`,
    ...(tls ?? []),
    `    root ${dirname(files.plainFile)};`,
    '  }',
    '}',
    '',
  ].join('\n')
}
