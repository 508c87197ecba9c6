import { readdir, readFile, readlink } from 'node:fs/promises'

/**
 * Who has a UDP port of this machine, for people: `rsyslogd (pid 812)`. Linux only, and only processes that we may
 * look into; `undefined` when it cannot be found out.
 */
export async function describeUdpPortHolder(port: number): Promise<string | undefined> {
  try {
    const sockets = new Set((await Promise.all([socketsOf('udp', port), socketsOf('udp6', port)])).flat())
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

/** Inodes of bound sockets: the second column ends in the port, the tenth is the inode (proc(5), /proc/net/udp). */
async function socketsOf(table: 'udp' | 'udp6', port: number): Promise<string[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix))
    .map((columns) => `socket:[${columns[9]}]`)
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  )
  return targets.some((target) => sockets.has(target))
}
