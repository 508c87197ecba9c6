import '../src/cli/plain-environment.ts'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './measure/machine.ts'
import { congestionControl, runAgainWith } from './measure/own-network.ts'
import { type Results, resultsFile } from './measure/results.ts'
import type { Table } from './measure/table.ts'
import { compareResults } from './report/compare.ts'
import { renderTable } from './report/render-table.ts'
import { BENCHES } from './tables.ts'

const USAGE = `Usage: npm run bench -- [NAME…] [--quick] [--repeat N] [--congestion NAME]
                        [--out FILE] [--against FILE]

Measures, next to other programs for the same job where there are any, and prints tables.

  NAME               only these: ${BENCHES.map(({ name }) => name).join(', ')}
  --quick            small and once: to see that it works
  --repeat N         how often everything is repeated (default 5, with --quick 1)
  --congestion NAME  sends with this algorithm (cubic, bbr, reno): where it is not the machine's, in a network of its own, as root
  --out FILE         keeps every number as JSON (default .bench/TIME.json)
  --against FILE     compares with the numbers of an earlier run
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    repeat: { type: 'string' },
    congestion: { type: 'string' },
    out: { type: 'string' },
    against: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name))
const repetitions = Number(values.repeat ?? (values.quick ? 1 : 5))
if (values.help || unknown.length > 0 || !Number.isInteger(repetitions) || repetitions < 1) {
  process.stdout.write(USAGE)
  process.exit(values.help ? 0 : 2)
}
if (values.congestion !== undefined && values.congestion !== congestionControl()) {
  process.exitCode = await runAgainWith(values.congestion)
} else {
  await main()
}

async function main(): Promise<void> {
  const before = values.against === undefined ? undefined : await readResults(values.against)
  const folder = await mkdtemp(join(tmpdir(), 'edgeboot-bench-'))
  const at = new Date().toISOString()
  const versions: Record<string, string> = { node: process.versions.node }
  const tables: Table[] = []
  try {
    for (const bench of BENCHES) {
      if (positionals.length > 0 && !positionals.includes(bench.name)) continue
      // What the one before has left to the disk, gigabytes of it, would make this one slower.
      execFileSync('sync')
      const measured = await bench.run({
        isQuick: values.quick,
        repetitions,
        folder,
        note: (text) => process.stderr.write(`${bench.name}: ${text}\n`),
        uses: (program, version) => {
          versions[program] = version
        },
      })
      for (const table of measured) {
        process.stdout.write(`\n## ${table.title}\n\n${renderTable(table)}\n`)
        tables.push(table)
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const results = resultsFile.parse({
    ...{ format: 1, at, isQuick: values.quick, repetitions, machine: describeMachine(), versions, tables },
  })
  const out = values.out ?? join('.bench', `${at.replaceAll(':', '-')}.json`)
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, `${JSON.stringify(results, null, 1)}\n`)
  process.stderr.write(`every number: ${out}\n`)
  if (before) process.stdout.write(`\nagainst ${values.against}:\n${compareResults(results, before)}\n`)
}

async function readResults(path: string): Promise<Results> {
  return resultsFile.parse(JSON.parse(await readFile(path, 'utf8')))
}
