import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runEdgeboot, startEdgeboot } from '../test/support/edgeboot-process.ts'
import { standInIso } from '../test/support/stand-in-iso.ts'
import { BASE, fleetText, HOSTS } from './large-fleet.ts'

const RUNS = 3

/** The command as people run it, start of the program included, against a `serve` that was just started. */
test(`edgeboot apply of ${HOSTS} hosts`, { timeout: 600_000 }, async () => {
  const iso = await standInIso()
  const first: number[] = []
  const repeated: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    const directory = mkdtempSync(join(tmpdir(), 'edgeboot-bench-'))
    try {
      const fleet = join(directory, 'fleet.yaml')
      writeFileSync(fleet, fleetText(iso))
      writeFileSync(join(directory, 'base.user-data.yaml'), BASE)
      const environment = { TOKEN: 'q7Xk2mZ9pLw4', EDGEBOOT_DATA_DIR: join(directory, 'data') }
      const ports = ['--boot-port', '0', '--control-port', '0', '--boot-host', '127.0.0.1']
      const server = startEdgeboot(['serve', ...ports], environment)
      try {
        await server.line(/Ctrl\+C stops/)
        for (const seconds of [first, repeated]) {
          const start = performance.now()
          const { code, stderr } = await runEdgeboot(['apply', '-f', fleet], environment)
          seconds.push((performance.now() - start) / 1000)
          expect(code, stderr).toBe(0)
        }
      } finally {
        await server.kill()
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  const shown = (seconds: readonly number[]): string => seconds.map((one) => one.toFixed(2)).join(', ')
  console.log(`edgeboot apply of ${HOSTS} hosts: ${shown(first)} s, again ${shown(repeated)} s`)
})
