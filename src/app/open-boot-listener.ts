import { describePortHolder } from '../adapters/host-network/port-holder.ts'
import { loadCongestionControl } from '../adapters/sockets-linux/congestion-control.ts'
import { type BootServer, type BootServerOptions, openBootServer } from '../servers/http-boot/boot-server.ts'

/** A boot server with what this machine's system can do for it. Failures as those of `openBootServer`. */
export async function openBootListener(
  options: Omit<BootServerOptions, 'describePortHolder' | 'congestion'>,
): Promise<BootServer> {
  return openBootServer({ ...options, describePortHolder, congestion: await loadCongestionControl() })
}
