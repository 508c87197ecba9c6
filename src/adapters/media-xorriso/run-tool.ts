import { execFile } from 'node:child_process'
import { Failure } from '../../domain/failure.ts'

/** Longest run of one tool, in milliseconds. */
const LIMIT_MS = 60_000

/** Debian packages of the tools this adapter uses. */
const PACKAGE: Readonly<Record<string, string>> = { xorriso: 'xorriso', mcopy: 'mtools' }

/**
 * Runs a tool without a shell. Failure `tool.missing` names the package, `tool.failed` carries the end of what the
 * tool said.
 */
export function runTool(
  tool: keyof typeof PACKAGE & string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // mtools refuses images of odd geometry unless told not to mind.
    const env = { ...process.env, MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C' }
    const options = { signal, timeout: LIMIT_MS, maxBuffer: 1024 * 1024, env }
    execFile(tool, args, options, (error, _stdout, stderr) => {
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
