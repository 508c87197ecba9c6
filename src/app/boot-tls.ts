import { hostname } from 'node:os'
import { join } from 'node:path'
import { reachableAddresses } from '../adapters/host-network/interface-address.ts'
import type { ServerCertificate } from '../adapters/tls-x509/server-certificate.ts'
import type { CertificateKind } from '../domain/netboot/tls-clients.ts'
import type { Workplace } from './workplace.ts'

/** What somebody wants of HTTPS for hosts. */
export interface BootTlsOptions {
  /** `generated`: of the authority in the data directory; otherwise files of a given one. */
  readonly certificate: 'generated' | { readonly certificatePath: string; readonly keyPath: string }
  /** 0: any free one. */
  readonly port?: number | undefined
  /** Names and addresses hosts use, besides those known here. */
  readonly names: readonly string[]
}

/** The same with the certificate at hand. */
export interface OpenBootTls {
  readonly certificate: ServerCertificate
  readonly kind: CertificateKind
  readonly port: number | undefined
}

/** Under which guests of QEMU's user network see this machine (QEMU, "Network emulation", user mode). */
const SEEN_BY_USER_NETWORK = '10.0.2.2'

/**
 * Reads the certificate that hosts are shown, or makes one of the same authority as that of the control API, for all the
 * addresses of this machine. Failure `certificate.invalid`, `data-dir.unusable`, `usage.invalid` for a name that is none.
 */
export async function openBootTls(
  options: BootTlsOptions & { readonly advertise?: string; readonly bootHost?: string },
  { directory, clock, drivers }: Pick<Workplace, 'directory' | 'clock' | 'drivers'>,
): Promise<OpenBootTls> {
  const { certificate: wanted, port } = options
  const { openServerCertificate, readServerCertificate } = await import(
    '../adapters/tls-x509/server-certificate.ts'
  )
  const { classifyCertificate } = await import('../adapters/tls-x509/classify-certificate.ts')
  if (wanted !== 'generated') {
    const certificate = await readServerCertificate(wanted, clock)
    return { certificate, kind: classifyCertificate(certificate.certificatePem), port }
  }
  const names = [
    ...options.names,
    ...(options.advertise === undefined ? [] : [hostOf(options.advertise)]),
    ...(isAll(options.bootHost) ? [...reachableAddresses(), hostname()] : [options.bootHost ?? '']),
    ...(drivers.kinds.includes('qemu') ? [SEEN_BY_USER_NETWORK] : []),
  ]
  const certificate = await openServerCertificate({
    ...{ directory: join(directory, 'tls'), leaf: 'boot', clock },
    names: [...new Set(names)],
  })
  return { certificate, kind: 'private-authority', port }
}

function isAll(host: string | undefined): boolean {
  return host === undefined || host === '0.0.0.0' || host === '::'
}

/** `HOST` of `HOST` or `HOST:PORT`; an IPv6 address may go without its brackets. */
function hostOf(advertised: string): string {
  return /^(\[[^\]]+\]|[^:]+):\d{1,5}$/.exec(advertised)?.[1] ?? advertised
}
