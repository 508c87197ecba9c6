import { readdir, readFile, readlink } from 'node:fs/promises'

/**
 * Who holds a port of this machine, for people: `nginx (pid 812)`. Linux only, and only processes that we may look into;
 * `undefined` when it cannot be found out.
 */
export async function describePortHolder(
  port: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<string | undefined> {
  try {
    const tables = [holdersOf(protocol, port), holdersOf(`${protocol}6`, port)]
    const sockets = new Set((await Promise.all(tables)).flat())
    if (sockets.size === 0) return undefined
    for (const pid of (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))) {
      if (!(await holdsOne(pid, sockets))) continue
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process\n')
      return `${name.trim()} (pid ${pid})`
    }
  } catch {
    // Only a courtesy in an error message.
  }
  return undefined
}

/**
 * Inodes of the sockets: inode in the tenth column, state in the fourth, which is 0A for TCP that listens and 07 for UDP that
 * is bound (proc(5), /proc/net/tcp).
 */
async function holdersOf(table: 'tcp' | 'tcp6' | 'udp' | 'udp6', port: number): Promise<string[]> {
  const state = table.startsWith('tcp') ? '0A' : '07'
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === state)
    .map((columns) => `socket:[${columns[9]}]`)
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  )
  return targets.some((target) => sockets.has(target))
}
