import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createSystemClock } from '../../adapters/clock-system/system-clock.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { isFailure } from '../../domain/failure.ts'
import { checkSecureBoot } from '../../domain/netboot/secure-boot.ts'
import {
  CERTIFICATE_WORDS,
  type CertificateKind,
  describeTlsClient,
  TLS_CLIENTS,
  tlsVerdict,
} from '../../domain/netboot/tls-clients.ts'
import type { BootTlsOptions } from '../boot-tls.ts'
import { ipxeDirectories } from '../environment.ts'
import { netbootAbilities } from '../netboot-abilities.ts'

const NAME = 'HTTPS for hosts'

/**
 * Which of the clients of a boot work with the certificate in force: the given one, or that of the data directory. A
 * warning where a client cannot, for it is no mistake as long as no host is to boot so.
 */
export async function* examineBootTls({
  dataDirectory,
  bootTls,
}: {
  readonly dataDirectory: string
  readonly bootTls?: BootTlsOptions | undefined
}): AsyncIterable<Finding> {
  const made = join(resolve(dataDirectory), 'tls', 'boot.crt')
  if (!bootTls && !existsSync(made)) {
    yield { name: NAME, verdict: 'good', detail: 'off; hosts boot over HTTP (--boot-tls to look at it)' }
    return
  }
  try {
    const { kind, expiresAt } = await certificateOf(bootTls)
    const until =
      expiresAt === undefined ? '' : `, valid until ${new Date(expiresAt).toISOString().slice(0, 10)}`
    yield { name: NAME, verdict: 'good', detail: `${CERTIFICATE_WORDS[kind]}${until}` }
    for (const client of TLS_CLIENTS) yield findingOf(client, kind)
  } catch (error) {
    if (!isFailure(error)) throw error
    yield { name: NAME, verdict: 'bad', detail: error.message }
  }
}

/** The signed files for hosts with Secure Boot on, of which most sites have none, and need none. */
export async function* examineSignedIpxe({
  ipxeDirectory,
}: {
  readonly ipxeDirectory?: string | undefined
}): AsyncIterable<Finding> {
  const { signed } = await netbootAbilities(ipxeDirectories(ipxeDirectory), undefined)
  for (const architecture of ['x64', 'arm64'] as const) {
    const name = `signed iPXE for ${architecture}`
    const files = signed[architecture]
    if (!files.shim && !files.next) {
      yield { name, verdict: 'good', detail: 'is not there; only hosts with Secure Boot on need it' }
      continue
    }
    const [problem] = checkSecureBoot({ firmware: 'uefi', architecture, scheme: 'http', files })
    yield problem
      ? { name, verdict: 'warning', detail: `a host ${problem}` }
      : { name, verdict: 'good', detail: 'shim and iPXE carry signatures; the firmware checks whose' }
  }
}

async function certificateOf(
  bootTls: BootTlsOptions | undefined,
): Promise<{ readonly kind: CertificateKind; readonly expiresAt?: number }> {
  // One of ours is made anew in time, and whether it was made yet changes nothing.
  if (!bootTls || bootTls.certificate === 'generated') return { kind: 'private-authority' }
  const { readServerCertificate } = await import('../../adapters/tls-x509/server-certificate.ts')
  const { classifyCertificate } = await import('../../adapters/tls-x509/classify-certificate.ts')
  const { certificatePem, expiresAt } = await readServerCertificate(bootTls.certificate, createSystemClock())
  return { kind: classifyCertificate(certificatePem), expiresAt }
}

function findingOf(client: (typeof TLS_CLIENTS)[number], kind: CertificateKind): Finding {
  const { verdict, why } = tlsVerdict(client, kind)
  const name = `HTTPS: ${describeTlsClient(client).title}`
  if (verdict === 'cannot') {
    return { name, verdict: 'warning', detail: `cannot: ${why}`, remedy: 'leave its hosts on HTTP' }
  }
  return { name, verdict: 'good', detail: verdict === 'works' ? `works: ${why}` : `works if ${why}` }
}
