import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { buildSimulator } from './build-simulator.ts'

/** What the simulated place consists of; what is left out is as the simulator has it. */
export interface SimulatorModel {
  /** `vpx`, a vCenter, or `esx`, a single host. */
  readonly model?: 'vpx' | 'esx'
  readonly datacenters?: number
  /** Hosts outside clusters, in each data centre. */
  readonly hosts?: number
  readonly clusters?: number
  readonly clusterHosts?: number
  /** In each data centre. */
  readonly datastores?: number
  /** Says on standard error what the simulator does. */
  readonly verbose?: boolean
}

/** A datastore and where its files really are. */
export interface LabDatastore {
  readonly id: string
  readonly name: string
  /** Name of its data centre. */
  readonly datacenter: string
  readonly datacenterId: string
  readonly directory: string
}

export interface SimulatorProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly datastores: readonly LabDatastore[]
}

/** Starts the simulator. It ends with its scope, and with this process however that ends. */
export async function startSimulator(
  given: SimulatorModel & { readonly user: string; readonly password: string; readonly directory: string },
): Promise<SimulatorProcess> {
  const flags = {
    model: given.model,
    datacenters: given.datacenters,
    hosts: given.hosts,
    clusters: given.clusters,
    'cluster-hosts': given.clusterHosts,
    datastores: given.datastores,
    verbose: given.verbose,
    user: given.user,
    password: given.password,
  }
  const args = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`-${name}=${value}`],
  )
  const child = spawn(await buildSimulator(), args, {
    env: { ...process.env, TMPDIR: given.directory },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  // Nobody listens any more when it has ended.
  child.stdin.on('error', () => undefined)
  const first = once(createInterface(child.stdout), 'line')
  const line = await Promise.race([first.then(([text]) => String(text)), ended.then(() => undefined)])
  if (line === undefined) throw new Error(`the vCenter simulator ended with ${child.exitCode}`)
  const { url, datastores } = JSON.parse(line) as Pick<SimulatorProcess, 'url' | 'datastores'>
  return {
    url,
    datastores,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await ended
    },
  }
}
