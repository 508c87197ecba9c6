import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { congestionControl } from '../../bench/measure/own-network.ts'
import { resultsFile } from '../../bench/measure/results.ts'

const runProgram = promisify(execFile)
const BENCH = 'bench/run.ts'
/** Networks need root. CI has it; a developer may not. */
const MAY_SKIP = process.getuid?.() !== 0 && process.env['CI'] === undefined

test.skipIf(MAY_SKIP)(
  'a bench sends with the algorithm that was asked for, in a network of its own',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'edgeboot-bench-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const usual = congestionControl()
    // Every kernel has it, and nobody takes it for all connections.
    const asked = 'reno'
    const out = join(folder, 'results.json')

    const { stdout } = await runProgram(process.execPath, [
      ...[BENCH, 'start', '--quick', '--congestion', asked, '--out', out],
    ])

    const results = resultsFile.parse(JSON.parse(await readFile(out, 'utf8')))
    expect(results.machine.congestionControl).toBe(asked)
    expect(stdout).toContain('edgeboot serve, empty data directory')
    expect(congestionControl()).toBe(usual)
  },
)

test.skipIf(MAY_SKIP)('an algorithm that the kernel does not have ends it, with the reason', async () => {
  const unknown = 'no-such-algorithm'

  const failed = await runProgram(process.execPath, [BENCH, 'start', '--congestion', unknown]).then(
    () => undefined,
    (error: { readonly code: number; readonly stderr: string }) => error,
  )

  expect(failed?.code).toBe(1)
  expect(failed?.stderr).toContain(`the kernel does not send with ${unknown}`)
})
