import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { freePort } from '../measure/free-port.ts'
import { findProgram } from './bench-programs.ts'
import { type FileServer, type FileServerOptions, rangesOf } from './file-server.ts'
import { listening, startProgram, versionOf } from './running.ts'

/** Caddy's `file_server`, which is the file server of Go's standard library with as many threads as it likes. */
export async function startCaddy({
  context,
  files,
  certificate,
}: FileServerOptions): Promise<FileServer | undefined> {
  const program = findProgram('caddy')
  const version = program && (await versionOf(program.command, ['version'], /v?(\d\S+)/))
  if (!program || version === undefined) {
    context.note('Caddy is not there: without it (sh tools/setup.sh bench)')
    return undefined
  }
  context.uses('Caddy', version)
  const port = await freePort()
  const folder = join(context.folder, `caddy-${port}`)
  await mkdir(folder)
  const configuration = join(folder, 'Caddyfile')
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`
  const tls = certificate ? `  tls ${certificate.certificateFile} ${certificate.keyFile}\n` : ''
  await writeFile(
    configuration,
    `{
  admin off
  auto_https off
}
${url} {
${tls}  root * ${dirname(files.plainFile)}
  file_server
}
`,
  )
  const home = { ...program.environment, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder }
  const args = ['run', '--config', configuration, '--adapter', 'caddyfile']
  const running = await startProgram(program.command, args, home)
  await listening(port, running)
  return {
    name: 'Caddy',
    pid: running.pid,
    downloads: async (parts) => rangesOf(`${url}/${files.name}`, files.sizeBytes, parts),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}
