import { freeUdpPort } from '../measure/free-port.ts'
import { startProgram, versionOf } from './running.ts'
import type { StartTftpPeer } from './tftp-peer.ts'

const PROGRAM = '/usr/sbin/in.tftpd'

/** in.tftpd of tftp-hpa; it makes a process for each transfer. */
export const startTftpdHpa: StartTftpPeer = async (folder, { note, uses }) => {
  const version = await versionOf(PROGRAM, ['--version'], /^tftp-hpa ([^\s,]+)/)
  if (version === undefined || process.getuid?.() !== 0) {
    note('left out: tftpd-hpa has to be installed, and started by root')
    return undefined
  }
  uses('tftpd-hpa', version)
  const port = await freeUdpPort()
  const running = await startProgram(PROGRAM, [
    ...['--listen', '--foreground', '--address', `127.0.0.1:${port}`, '--user', 'root', '--secure', folder],
  ])
  return { ...running, name: 'tftpd-hpa', address: '127.0.0.1', port }
}
