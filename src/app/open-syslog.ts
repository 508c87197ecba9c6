import { describePortHolder } from '../adapters/host-network/port-holder.ts'
import { Failure } from '../domain/failure.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { openSyslogServer, type SyslogServer } from '../servers/syslog/syslog-server.ts'
import type { HostLogs } from '../services/host-logs.ts'

/** Where iPXE sends syslog to; it knows no other. */
const IPXE_PORT = 514

/**
 * The syslog server, or `undefined` when it cannot listen: that is said with what to do, and keeps nobody from
 * serving.
 */
export async function openSyslog(
  { host, port }: { readonly host: string; readonly port: number },
  parts: { readonly logs: HostLogs; readonly clock: Clock; readonly log: Log },
  note: (text: string) => void,
): Promise<SyslogServer | undefined> {
  const { logs, clock, log } = parts
  try {
    const server = await openSyslogServer({
      host,
      port,
      receive: logs.receive,
      describeHolder: (held) => describePortHolder(held, 'udp'),
      clock,
      log,
    })
    note(
      `syslog on UDP ${host}:${server.port}; edgeboot host logs NAME --source network shows what a host sends`,
    )
    if (server.port !== IPXE_PORT) {
      note(`iPXE sends syslog to port ${IPXE_PORT} only: have that redirected to ${server.port}`)
    }
    return server
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    log.error({ err: error, host, port }, 'syslog is not received')
    note(`syslog is not received: ${error.message}. All else goes on.`)
    return undefined
  }
}
