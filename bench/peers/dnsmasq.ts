import { startProgram, versionOf } from './running.ts'
import type { StartTftpPeer } from './tftp-peer.ts'

/** Its port for TFTP cannot be chosen; an address that nobody else uses can. */
const ADDRESS = '127.0.69.1'
const PORT = 69

/** dnsmasq with nothing but TFTP. */
export const startDnsmasq: StartTftpPeer = async (folder, { note, uses }) => {
  const version = await versionOf('dnsmasq', ['--version'], /version (\S+)/)
  if (version === undefined || process.getuid?.() !== 0) {
    note('left out: dnsmasq has to be installed, and started by root for port 69')
    return undefined
  }
  uses('dnsmasq', version)
  const running = await startProgram('dnsmasq', [
    ...['--conf-file=/dev/null', '--pid-file', '--keep-in-foreground', '--log-facility=-', '--user=root'],
    ...['--port=0', `--listen-address=${ADDRESS}`, '--bind-interfaces', '--no-resolv', '--no-hosts'],
    ...['--enable-tftp', `--tftp-root=${folder}`],
  ])
  return { ...running, name: 'dnsmasq', address: ADDRESS, port: PORT }
}
