import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Files of one certificate for 127.0.0.1, and its text to trust it. */
export interface Certificate {
  readonly certificateFile: string
  readonly keyFile: string
  readonly certificatePem: string
}

/** What every server and client of a benchmark speaks, so that none pays for a stronger one. */
export const CIPHER = 'TLS_AES_128_GCM_SHA256'

/** Makes one in the folder. ECDSA, as servers have them today: the handshake is a small part of what is measured. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const certificateFile = join(folder, 'bench.crt')
  const keyFile = join(folder, 'bench.key')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile]
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    ...names,
    '-out',
    certificateFile,
  ])
  return { certificateFile, keyFile, certificatePem: await readFile(certificateFile, 'utf8') }
}
