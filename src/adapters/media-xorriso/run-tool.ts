import { execFile } from 'node:child_process'
import { Failure } from '../../domain/failure.ts'

/** Longest run of one tool, in milliseconds. */
const LIMIT_MS = 60_000

/** Debian packages of the tools this adapter uses. */
const PACKAGE = { xorriso: 'xorriso', mcopy: 'mtools', mformat: 'mtools', mmd: 'mtools' } as const

/** The date that everything in the media bears: the same build of iPXE and script shall give the same bytes. */
export const MEDIA_DATE = new Date('2026-01-01T00:00:00Z')

/**
 * Runs a tool without a shell in a folder, with a clock that stands still. Failure `tool.missing` names the package,
 * `tool.failed` carries the end of what the tool said.
 */
export function runTool(
  tool: keyof typeof PACKAGE,
  args: readonly string[],
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    // mtools refuses images of odd geometry unless told not to mind, and reads settings of the user, as xorriso does.
    const env = {
      ...process.env,
      MTOOLS_SKIP_CHECK: '1',
      MTOOLSRC: '/dev/null',
      LC_ALL: 'C',
      TZ: 'UTC',
      SOURCE_DATE_EPOCH: String(MEDIA_DATE.getTime() / 1000),
    }
    const options = { cwd, signal, timeout: LIMIT_MS, maxBuffer: 1024 * 1024, env }
    const all = tool === 'xorriso' ? ['-no_rc', ...args] : args
    execFile(tool, all, options, (error, _stdout, stderr) => {
      if (!error) return resolve()
      if (signal.aborted) return reject(signal.reason)
      if (error.code === 'ENOENT') {
        const advice = `install it: apt-get install ${PACKAGE[tool]}`
        return reject(
          new Failure('tool.missing', `${tool} is needed to build boot media; ${advice}`, { tool }),
        )
      }
      const said = stderr.trim().split('\n').slice(-4).join(' / ')
      reject(new Failure('tool.failed', `${tool} failed: ${said || error.message}`, { tool }, error))
    })
  })
}
