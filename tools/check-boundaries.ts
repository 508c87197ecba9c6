import { execFileSync } from 'node:child_process'

/**
 * Runs dependency-cruiser with the import rule and fails also when it saw no modules: with an unsupported
 * TypeScript it cruises nothing and exits 0.
 */
const report = JSON.parse(
  execFileSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      'src',
      'web/src',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  ),
)
const { totalCruised, violations } = report.summary
for (const { rule, from, to } of violations) console.error(`${rule.severity} ${rule.name}: ${from} -> ${to}`)
console.log(`${totalCruised} modules cruised, ${violations.length} violations`)
if (totalCruised < 20) console.error('dependency-cruiser saw too few modules: is its TypeScript supported?')
process.exitCode = violations.length > 0 || totalCruised < 20 ? 1 : 0
