import { readdir, readFile, readlink } from 'node:fs/promises'

/** State of a socket that waits for anybody, by protocol: listening, or bound without a peer (proc(5), /proc/net). */
const WAITING = { tcp: '0A', udp: '07' } as const

/**
 * Who listens on a TCP or UDP port of this machine, for people: `nginx (pid 812)`. Linux only, and only processes that we
 * may look into; `undefined` when it cannot be found out.
 */
export async function describePortHolder(
  port: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<string | undefined> {
  try {
    const tables = [listenersOf(protocol, '', port), listenersOf(protocol, '6', port)]
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
