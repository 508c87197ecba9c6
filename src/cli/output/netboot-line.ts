import type { NetbootNews } from '../../contract/netboot.ts'
import { printable } from '../../domain/printable.ts'

/** One decision as a line: `10:21:07 dhcp answered edge-1 52:54:… firmware, x64 UEFI (PXE): it may install → n/edge-1/snponly.efi`. */
export function newsLine(news: NetbootNews): string {
  const { time, service, action, host, mac, address, client, reason, file } = news
  const who = [host, mac, address, client].filter((part) => part !== undefined).join(' ')
  const what = `${who}: ${reason}${file === undefined ? '' : ` → ${file}`}`
  return printable(`${new Date(time).toISOString().slice(11, 19)} ${service} ${action} ${what}`)
}
