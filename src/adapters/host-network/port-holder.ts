import { readdir, readFile, readlink } from 'node:fs/promises'

/** State of a socket that waits for anybody, by protocol: listening, or bound without a peer (proc(5), /proc/net). */
const WAITING = { tcp: '0A', udp: '07' } as const

/** A process that waits on a port. */
export interface PortHolder {
  readonly pid: number
  readonly name: string
}

/**
 * Who listens on a TCP or UDP port of this machine, for people: `nginx (pid 812)`. Linux only, and only processes that we
 * may look into; `undefined` when it cannot be found out.
 */
export async function describePortHolder(
  port: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<string | undefined> {
  const [first] = await portHolders(port, protocol, 1)
  return first && `${first.name} (pid ${first.pid})`
}

/** All of them, as far as we may look; several can share a port of UDP. */
export async function portHolders(
  port: number,
  protocol: 'tcp' | 'udp',
  most = Number.POSITIVE_INFINITY,
): Promise<readonly PortHolder[]> {
  const found: PortHolder[] = []
  try {
    const tables = [listenersOf(protocol, '', port), listenersOf(protocol, '6', port)]
    const sockets = new Set((await Promise.all(tables)).flat())
    if (sockets.size === 0) return []
    for (const pid of (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))) {
      if (found.length >= most) break
      if (!(await holdsOne(pid, sockets))) continue
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process\n')
      found.push({ pid: Number(pid), name: name.trim() })
    }
  } catch {
    // Only a courtesy in an error message.
  }
  return found
}

/** Inodes of waiting sockets: state in the fourth column, inode in the tenth (proc(5), /proc/net/tcp). */
async function listenersOf(protocol: 'tcp' | 'udp', version: '' | '6', port: number): Promise<string[]> {
  const text = await readFile(`/proc/net/${protocol}${version}`, 'utf8').catch(() => '')
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === WAITING[protocol])
    .map((columns) => `socket:[${columns[9]}]`)
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  )
  return targets.some((target) => sockets.has(target))
}
