import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../../test/support/edgeboot-process.ts'
import { BASE, fleetText } from '../large-fleet.ts'

/** What Node.js has compiled is kept, as the launcher of a checkout does it. */
const ENVIRONMENT = {
  TOKEN: 'q7Xk2mZ9pLw4',
  NODE_COMPILE_CACHE: join(
    process.env['EDGEBOOT_CACHE_DIR'] ?? join(homedir(), '.cache', 'edgeboot'),
    'node',
  ),
}

/** `edgeboot serve` with a fleet, in a process of its own; disposing ends it. */
export interface ServedFleet extends AsyncDisposable {
  readonly pid: number
  /** Port of the boot listener on 127.0.0.1. */
  readonly bootPort: number
  /** Milliseconds from the start of the process until it said that it serves. */
  readonly readyMs: number
}

/** Starts it and waits until it is ready. */
export async function serveFleet(dataDirectory: string): Promise<ServedFleet> {
  const began = performance.now()
  const server = startServe(dataDirectory)
  try {
    await server.line(/Ctrl\+C stops/)
    const readyMs = performance.now() - began
    const bootPort = Number(/:(\d+);/.exec(await server.line(/^boot server on/))?.[1])
    return {
      pid: server.child.pid ?? 0,
      bootPort,
      readyMs,
      [Symbol.asyncDispose]: () => end(server),
    }
  } catch (error) {
    await server.kill()
    throw error
  }
}

function startServe(dataDirectory: string): EdgebootProcess {
  const ports = ['--boot-port', '0', '--control-port', '0', '--boot-host', '127.0.0.1']
  return startEdgeboot(['serve', ...ports], { ...ENVIRONMENT, EDGEBOOT_DATA_DIR: dataDirectory })
}

async function end(server: EdgebootProcess): Promise<void> {
  server.child.kill('SIGINT')
  const killer = setTimeout(() => server.child.kill('SIGKILL'), 10_000)
  await server.finished
  clearTimeout(killer)
}

/** Writes the fleet file of so many hosts with what belongs to it; gives its path. */
export async function writeFleet(folder: string, isoPath: string, hosts: number): Promise<string> {
  const path = join(folder, `fleet-${hosts}.yaml`)
  await writeFile(path, fleetText(isoPath, hosts))
  await writeFile(join(folder, 'base.user-data.yaml'), BASE)
  return path
}

/** Milliseconds that `edgeboot apply` of the file takes, start of the program included. */
export async function applyFleet(dataDirectory: string, path: string): Promise<number> {
  const began = performance.now()
  const environment = { ...ENVIRONMENT, EDGEBOOT_DATA_DIR: dataDirectory }
  const { code, stderr } = await runEdgeboot(['apply', '-f', path], environment)
  if (code !== 0) throw new Error(`edgeboot apply ended with ${code}:\n${stderr}`)
  return performance.now() - began
}

/** A data directory in which a fleet of so many hosts is in force. */
export async function prepareFleet(folder: string, isoPath: string, hosts: number): Promise<string> {
  const dataDirectory = join(folder, `data-${hosts}`)
  const path = await writeFleet(folder, isoPath, hosts)
  await using _server = await serveFleet(dataDirectory)
  await applyFleet(dataDirectory, path)
  return dataDirectory
}
