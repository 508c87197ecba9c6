import { join } from 'node:path'
import { freeUdpPort } from '../measure/free-port.ts'
import { startProgram } from './running.ts'
import type { TftpPeer } from './tftp-peer.ts'

/** The TFTP server of the product in a process of its own. */
export async function startEdgebootTftp(folder: string): Promise<TftpPeer> {
  const port = await freeUdpPort()
  const script = join(import.meta.dirname, 'edgeboot-tftp-server.ts')
  const running = await startProgram(process.execPath, [script, folder, String(port)])
  return { ...running, name: 'Edgeboot', address: '127.0.0.1', port }
}
