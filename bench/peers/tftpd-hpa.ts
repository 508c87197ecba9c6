import { freeUdpPort } from '../measure/free-port.ts'
import { findProgram } from './bench-programs.ts'
import { startProgram, versionOf } from './running.ts'
import type { StartTftpPeer } from './tftp-peer.ts'

/** in.tftpd of tftp-hpa; it makes a process for each transfer. */
export const startTftpdHpa: StartTftpPeer = async (folder, { note, uses }) => {
  const program = findProgram('in.tftpd')
  const version =
    program && (await versionOf(program.command, ['--version'], /^tftp-hpa ([^\s,]+)/, program.environment))
  if (!program || version === undefined || process.getuid?.() !== 0) {
    note('left out: tftpd-hpa has to be there (sh tools/setup.sh bench), and started by root')
    return undefined
  }
  uses('tftpd-hpa', version)
  const port = await freeUdpPort()
  const how = [
    '--listen',
    '--foreground',
    '--address',
    `127.0.0.1:${port}`,
    '--user',
    'root',
    '--secure',
    folder,
  ]
  const running = await startProgram(program.command, how, program.environment)
  return { ...running, name: 'tftpd-hpa', address: '127.0.0.1', port }
}
