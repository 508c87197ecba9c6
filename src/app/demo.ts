import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure, isFailure } from '../domain/failure.ts'
import { cacheDirectory } from './environment.ts'
import { deleteHost } from './hosts.ts'

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))

/** Everything the demo needs, made if it is missing: Debian packages, the stand-in ISO, a data directory of its own. */
export async function prepareDemo(options: {
  readonly name: string
  readonly fresh: boolean
  readonly dataDirectory: string | undefined
  readonly note: (text: string) => void
}): Promise<{ readonly isoPath: string; readonly userDataPath: string; readonly dataDirectory: string }> {
  const dataDirectory = options.dataDirectory ?? join(cacheDirectory(), 'demo')
  options.note('looking for what the demo needs (Debian packages, iPXE)')
  await runScript('tools/setup.sh', ['demo'])
  options.note('looking for the stand-in installer ISO; building it takes about two minutes')
  const isoPath = (await runScript('demo/build-installer.sh', [])).trim().split('\n').at(-1) ?? ''
  if (!existsSync(isoPath))
    throw new Failure('tool.failed', 'demo/build-installer.sh did not say where its ISO is')
  if (options.fresh) {
    await deleteHost(
      { dataDirectory, name: options.name, logLevel: 'warn' },
      AbortSignal.timeout(60_000),
    ).catch((error: unknown) => {
      if (!isFailure(error, 'host.not-found')) throw error
    })
  }
  return { isoPath, userDataPath: join(CHECKOUT, 'demo/user-data.yaml'), dataDirectory }
}

/** Runs one of the checkout's own scripts; its stderr is shown, its stdout returned. */
function runScript(script: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [join(CHECKOUT, script), ...args], {
      cwd: CHECKOUT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else
        reject(
          new Failure(
            'tool.failed',
            `${script} ended with exit code ${code}; what it says above is the reason`,
          ),
        )
    })
  })
}
