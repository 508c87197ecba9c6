import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { openLabVcenter } from './open-lab-vcenter.ts'

const HELP = `Usage: npm run lab:vcenter -- [options]

A vCenter to try things with, on this computer only: VMware's simulator with what a real one does besides. Switching a
machine on starts it in QEMU, with the very ISO that was uploaded in its drive. Ctrl+C ends it and all its machines.

Options:
  --model <kind>        vpx, a vCenter, or esx, a single host (default: vpx)
  --datacenters <n>     data centres of a vCenter (default: 1)
  --hosts <n>           hosts outside clusters, in each data centre (default: 1)
  --clusters <n>        clusters in each data centre (default: 1)
  --datastores <n>      datastores in each data centre (default: 1)
  --without-machines    machines are on and off in the inventory only
  --verbose             also what the simulator says
  -h, --help            this text
`

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'vpx' },
    datacenters: { type: 'string' },
    hosts: { type: 'string' },
    clusters: { type: 'string' },
    datastores: { type: 'string' },
    'without-machines': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const wrong = findWrongOption()
if (values.help) process.stdout.write(HELP)
else if (wrong === undefined) await run()
else {
  process.stderr.write(`--${wrong}: not understood; --help says what there is\n`)
  process.exitCode = 2
}

/** Name of an option whose value makes no sense. */
function findWrongOption(): string | undefined {
  if (values.model !== 'vpx' && values.model !== 'esx') return 'model'
  return Object.entries(numbers()).find(([, number]) => !Number.isInteger(number) || number < 0)?.[0]
}

async function run(): Promise<void> {
  // Whoever asked for the end while it starts, gets it when it has started.
  const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')])
  await using lab = await openLabVcenter({
    model: values.model === 'esx' ? 'esx' : 'vpx',
    machines: values['without-machines'] ? 'none' : 'qemu',
    verbose: values.verbose,
    ...numbers(),
  })
  const variables = Object.entries(lab.environment).map(([name, value]) => `export ${name}='${value}'`)
  process.stdout.write(`${variables.join('\n')}

# Then, for one machine (guests of QEMU's user network reach this computer under 10.0.2.2):
# edgeboot up INSTALLER.iso --user-data USER-DATA.yaml --driver vsphere --advertise 10.0.2.2 \\
#   --cpus 2 --memory 2GiB --disk 20GiB --ready phone-home
# Datastores: ${lab.datastores.map(({ name, directory }) => `${name} is ${directory}`).join(', ')}
# Ctrl+C ends it and all its machines.
`)
  await asked
  process.stderr.write('ending the machines\n')
}

function numbers(): Record<string, number> {
  const { datacenters, hosts, clusters, datastores } = values
  const given = Object.entries({ datacenters, hosts, clusters, datastores })
  return Object.fromEntries(
    given.flatMap(([name, text]) => (text === undefined ? [] : [[name, Number(text)]])),
  )
}
