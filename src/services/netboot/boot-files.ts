import type { BootFileClient, BootFiles } from '../../ports/boot-files.ts'
import type { FirmwareCatalogue } from '../../ports/firmware-catalogue.ts'
import type { HostBook } from '../host-book.ts'

/** Registered for EFI binaries, and what UEFI HTTP boot takes for one (UEFI 2.10 §24.7.3.2). */
const EFI = 'application/efi'
const BINARY = 'application/octet-stream'
const SCRIPT = 'text/plain; charset=utf-8'
/** iPXE 2.0 asks for it beside its own binary, which may lie in a folder of the signed ones. */
const AUTOEXEC = /^([A-Za-z0-9_-]{1,32}\/)?autoexec\.ipxe$/

/** The name under which a host is handed a boot file, so that who fetches it is known whatever address it comes from. */
export function bootFileNameFor(host: string | undefined, name: string): string {
  return host === undefined ? name : `n/${host}/${name}`
}

/**
 * The images of the catalogue and the script beside them, for TFTP and UEFI HTTP boot. `autoexec` makes the script for the
 * client.
 */
export function createBootFiles({
  catalogue,
  book,
  autoexec,
}: {
  readonly catalogue: FirmwareCatalogue
  readonly book: Pick<HostBook, 'state'>
  readonly autoexec: (client: BootFileClient) => string
}): BootFiles {
  return {
    find(asked, client) {
      const [, name = '', file = asked] = /^n\/([a-z0-9-]{1,63})\/(.*)$/s.exec(asked) ?? []
      const host = book.state(name) ? { host: name } : {}
      if (AUTOEXEC.test(file)) {
        const bytes = new TextEncoder().encode(autoexec(client))
        return { bytes, mediaType: SCRIPT, ...host }
      }
      const image = catalogue.find(file)
      return image && { bytes: image.bytes, mediaType: file.endsWith('.efi') ? EFI : BINARY, ...host }
    },
  }
}
