import { dirname } from 'node:path'
import { CIPHER } from './certificate.ts'
import { type FileServer, type FileServerOptions, rangesOf } from './file-server.ts'
import { startNginxProgram } from './nginx-program.ts'

export interface NginxOptions extends FileServerOptions {
  readonly workers: number
}

/** nginx that serves the root file system. `undefined`, with a note, where there is none. */
export async function startNginx(options: NginxOptions): Promise<FileServer | undefined> {
  const { context, files, certificate, workers } = options
  const server = (port: number) => serverOf(options, port)
  const running = await startNginxProgram(context, { workers, server })
  if (!running) return undefined
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${running.port}/${files.name}`
  return {
    name: workers === 1 ? 'nginx' : `nginx, ${workers} workers`,
    pid: running.pid,
    downloads: async (parts) => rangesOf(url, files.sizeBytes, parts),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

function serverOf({ files, certificate }: NginxOptions, port: number): readonly string[] {
  const tls = certificate && [
    `ssl_certificate ${certificate.certificateFile};`,
    `ssl_certificate_key ${certificate.keyFile};`,
    'ssl_protocols TLSv1.2 TLSv1.3;',
    `ssl_conf_command Ciphersuites ${CIPHER};`,
  ]
  return [
    `listen 127.0.0.1:${port}${tls ? ' ssl' : ''};`,
    ...(tls ?? []),
    `root ${dirname(files.plainFile)};`,
  ]
}
