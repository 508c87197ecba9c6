import { readdir, readFile, readlink } from 'node:fs/promises'

/**
 * Who listens on a TCP port of this machine, for people: `nginx (pid 812)`. Linux only, and only processes that we
 * may look into; `undefined` when it cannot be found out.
 */
export async function describePortHolder(port: number): Promise<string | undefined> {
  try {
    const sockets = new Set((await Promise.all([listenersOf('tcp', port), listenersOf('tcp6', port)])).flat())
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

/** Inodes of listening sockets: state 0A in the fourth column, inode in the tenth (proc(5), /proc/net/tcp). */
async function listenersOf(table: 'tcp' | 'tcp6', port: number): Promise<string[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === '0A')
    .map((columns) => `socket:[${columns[9]}]`)
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  )
  return targets.some((target) => sockets.has(target))
}
