/** What a path of the boot listener stands for, with what it carries. */
export type Endpoint =
  | { readonly kind: 'boot-script' }
  | { readonly kind: 'host-script' }
  | { readonly kind: 'boot-artifact'; readonly bootId: string; readonly name: string }
  | { readonly kind: 'digest-artifact'; readonly sha256: string; readonly name: string }
  | { readonly kind: 'classic-artifact'; readonly name: string }
  | { readonly kind: 'user-data'; readonly token: string }
  | { readonly kind: 'classic-user-data' }
  | { readonly kind: 'events'; readonly token: string }
  | { readonly kind: 'boot-file'; readonly name: string }
  | { readonly kind: 'authority' }
  | { readonly kind: 'health' }

const GET_HEAD = ['GET', 'HEAD']

/**
 * Methods of each kind. HEAD is left out where answering is itself news of the host: a look at the headers must not
 * count as the script or the configuration having been handed over.
 */
export const ALLOWED_METHODS: Readonly<Record<Endpoint['kind'], readonly string[]>> = {
  'boot-script': GET_HEAD,
  'host-script': ['GET'],
  'boot-artifact': GET_HEAD,
  'digest-artifact': GET_HEAD,
  'classic-artifact': GET_HEAD,
  'user-data': ['GET'],
  'classic-user-data': GET_HEAD,
  events: ['POST'],
  'boot-file': GET_HEAD,
  authority: GET_HEAD,
  health: GET_HEAD,
}

const FIXED: Readonly<Record<string, Endpoint>> = {
  '/boot.ipxe': { kind: 'boot-script' },
  '/palette.ipxe': { kind: 'boot-script' },
  '/ipxe': { kind: 'host-script' },
  '/palette-kernel': { kind: 'classic-artifact', name: 'palette-kernel' },
  '/palette-initrd': { kind: 'classic-artifact', name: 'palette-initrd' },
  '/palette.squashfs': { kind: 'classic-artifact', name: 'palette.squashfs' },
  '/config.yaml': { kind: 'classic-user-data' },
  '/ca.crt': { kind: 'authority' },
  '/healthz': { kind: 'health' },
}

/** `FILE`, or `n/HOST/FILE` in the name of a host; signed images lie in a folder. */
const FIRMWARE_FILE =
  /^\/((?:n\/[a-z0-9-]{1,63}\/)?(?:[A-Za-z0-9][A-Za-z0-9_-]{0,31}\/)?(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.(?:efi|k?kpxe|pxe|lkrn)|autoexec\.ipxe))$/

/**
 * The endpoint of a path exactly as it stands in the request; `undefined` for all others. Nothing that we hand out
 * needs percent-encoding, so nothing is decoded and there is only one way to write each path.
 */
export function parseEndpoint(path: string): Endpoint | undefined {
  if (Object.hasOwn(FIXED, path)) return FIXED[path]
  const boot = /^\/b\/([a-z2-7]{1,64})\/([A-Za-z0-9._-]{1,64})$/.exec(path)
  if (boot) return { kind: 'boot-artifact', bootId: boot[1] ?? '', name: boot[2] ?? '' }
  const digest = /^\/artifacts\/sha256-([0-9a-f]{64})\/([A-Za-z0-9._-]{1,64})$/.exec(path)
  if (digest) return { kind: 'digest-artifact', sha256: digest[1] ?? '', name: digest[2] ?? '' }
  const host = /^\/h\/([a-z2-7]{1,64})\/(config\.yaml|events)$/.exec(path)
  if (host) return { kind: host[2] === 'events' ? 'events' : 'user-data', token: host[1] ?? '' }
  const file = FIRMWARE_FILE.exec(path)
  return file ? { kind: 'boot-file', name: file[1] ?? '' } : undefined
}

/** Path and query of a request target; the authority of the absolute form (RFC 9112 §3.2.2) is dropped. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, '')
  const mark = origin.indexOf('?')
  return mark < 0
    ? { path: origin || '/', query: '' }
    : { path: origin.slice(0, mark) || '/', query: origin.slice(mark + 1) }
}

/** A path fit for logs: without whatever could be a config token, whoever wrote it where, and not too long. */
export function maskPath(path: string): string {
  return path
    .replace(/(\/+h\/+)[^/]+/gi, '$1***')
    .replace(/[a-z2-7]{32,}/gi, (match) => (/^[0-9a-f]{64}$/.test(match) ? match : '***'))
    .slice(0, 200)
}
