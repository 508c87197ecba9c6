import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const CONGESTION_CONTROL = '/proc/sys/net/ipv4/tcp_congestion_control'
/** The algorithm is an argument of the shell, never a part of its text. */
const PREPARE = `
ip link set lo up || exit 1
printf '%s\\n' "$1" > ${CONGESTION_CONTROL} || {
  echo "the kernel does not send with $1 in a network of its own: it has to be in net.ipv4.tcp_allowed_congestion_control" >&2
  exit 1
}
shift
exec "$@"`

/** How the kernel decides how fast a TCP connection sends, in the network this process is in. */
export function congestionControl(): string {
  return readFileSync(CONGESTION_CONTROL, 'utf8').trim()
}

/**
 * Runs this program once more, with the same arguments, in a network of its own that has nothing but loopback and sends
 * with that algorithm; the network of the machine stays as it is. Resolves with its exit status, and says why where the
 * system does not let it have such a network.
 */
export async function runAgainWith(algorithm: string): Promise<number> {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', ['--net', '--', 'sh', '-c', PREPARE, 'sh', algorithm, ...again], {
    stdio: 'inherit',
  })
  const [status] = await once(child, 'exit')
  return typeof status === 'number' ? status : 1
}
