import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../measure/free-port.ts'
import type { FileServer, FileServerOptions } from './file-server.ts'
import { copyStart } from './installer-files.ts'
import { listening, startProgram, versionOf } from './running.ts'

/**
 * `python3 -m http.server`, with which guides have people serve installers. It knows no ranges: each part is a file of that
 * length, the start of the root file system, sent whole.
 */
export async function startPython({
  context,
  files,
}: Omit<FileServerOptions, 'certificate'>): Promise<FileServer | undefined> {
  const version = await versionOf('python3', ['--version'], /Python (\S+)/)
  if (version === undefined) {
    context.note('Python is not there: without it')
    return undefined
  }
  context.uses('Python', version)
  const port = await freePort()
  const folder = join(context.folder, `python-${port}`)
  await mkdir(folder)
  const serve = ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', folder]
  const running = await startProgram('python3', serve)
  await listening(port, running)
  return {
    name: 'Python',
    pid: running.pid,
    downloads: async (parts) => {
      for (const bytes of new Set(parts.map((part) => part.bytes)))
        await copyStart(files, bytes, join(folder, `first-${bytes}`))
      return parts.map(({ bytes }) => ({ url: `http://127.0.0.1:${port}/first-${bytes}`, bytes }))
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}
