/** What speaks HTTPS, or does not, on the way from power-on to the installer. */
export type TlsClient = keyof typeof CLIENTS

/**
 * Who vouches for the certificate: an authority of the list that browsers trust, another one (ours, or that of an organisation),
 * or nobody but itself.
 */
export type CertificateKind = 'public' | 'private-authority' | 'self-signed'

/** What comes of a client and a certificate. */
export interface TlsVerdict {
  /** `conditional`: only where what the sentence names is done first. */
  readonly verdict: 'works' | 'conditional' | 'cannot'
  /** One sentence for people, without a full stop: the condition, or the reason. */
  readonly why: string
}

interface ClientEntry extends Readonly<Record<CertificateKind, TlsVerdict>> {
  readonly title: string
  /** Where this is from; "measured" means by `test/integration/boot-tls-*.test.ts`. */
  readonly source: string
}

const works = (why: string): TlsVerdict => ({ verdict: 'works', why })
const onlyIf = (why: string): TlsVerdict => ({ verdict: 'conditional', why })
const cannot = (why: string): TlsVerdict => ({ verdict: 'cannot', why })

const NO_HTTPS = cannot('the build has no HTTPS at all')
const CROSS_SIGNED = onlyIf(
  'it reaches http://ca.ipxe.org, from which it fetches cross-signed certificates of the public authorities',
)
const ONE_ROOT = cannot(
  'it trusts the authority of the iPXE project alone, and no setting at run time adds another',
)
const SIGNED_ONE_ROOT = cannot(
  'it trusts the authority of the iPXE project alone, and building it with another gives up the signature',
)

/** Where curl looks in an initrd of Debian's dracut; a second archive after the initrd may bring it. */
const INITRD_LIST = '/etc/ssl/certs/ca-certificates.crt of the initrd'

const CLIENTS = {
  'ipxe-bios': {
    title: 'iPXE for BIOS, as the project builds it',
    source: 'ipxe/ipxe#1704: left out of BIOS builds for their size',
    public: NO_HTTPS,
    'private-authority': NO_HTTPS,
    'self-signed': NO_HTTPS,
  },
  'ipxe-bios-https': {
    title: 'iPXE for BIOS, built with HTTPS (Debian 2.0.0)',
    source: 'measured; https://ipxe.org/crypto',
    public: CROSS_SIGNED,
    'private-authority': ONE_ROOT,
    'self-signed': ONE_ROOT,
  },
  'ipxe-efi': {
    title: 'iPXE 2.0 for UEFI',
    source: 'measured; https://ipxe.org/crypto, ipxe/ipxe#1514',
    public: CROSS_SIGNED,
    'private-authority': ONE_ROOT,
    'self-signed': ONE_ROOT,
  },
  'ipxe-signed': {
    title: 'iPXE 2.0 for UEFI, signed for Secure Boot',
    source: 'https://ipxe.org/crypto, ipxe/ipxe#1728',
    public: CROSS_SIGNED,
    'private-authority': SIGNED_ONE_ROOT,
    'self-signed': SIGNED_ONE_ROOT,
  },
  'ipxe-own-trust': {
    title: 'iPXE built with TRUST=, for UEFI without Secure Boot or for BIOS with HTTPS',
    source: 'https://ipxe.org/crypto; not tried here',
    public: onlyIf('TRUST= named its authority: what is built with TRUST= trusts nothing else'),
    'private-authority': onlyIf('TRUST= named that very authority when it was built'),
    'self-signed': onlyIf('TRUST= named that very certificate, which may be replaced by no other'),
  },
  'uefi-http-boot': {
    title: 'HTTP boot of UEFI firmware',
    source:
      'UEFI 2.10 §24.7.2 and §28.10 (TLS configuration); EDK2 variable TlsCaCertificate; not tried here',
    public: onlyIf('its authority is enrolled in the firmware, which knows none by itself'),
    'private-authority': onlyIf('the authority is enrolled in the firmware (EDK2: Tls Auth Configuration)'),
    'self-signed': onlyIf('the certificate itself is enrolled in the firmware'),
  },
  'dracut-curl': {
    title: "curl of the installer's initrd (dracut livenet)",
    source: 'measured for a private authority; dracut modules.d/45url-lib: url-lib.sh, module-setup.sh',
    public: works("dracut puts the distribution's list of authorities into the initrd"),
    'private-authority': onlyIf(
      `the authority is in ${INITRD_LIST}, or rd.noverifyssl is on the kernel line, which checks nothing`,
    ),
    'self-signed': onlyIf(
      `the certificate is in ${INITRD_LIST}, or rd.noverifyssl is on the kernel line, which checks nothing`,
    ),
  },
} as const satisfies Record<string, ClientEntry>

/** All of them, in the order in which a boot meets them. */
export const TLS_CLIENTS = Object.keys(CLIENTS) as readonly TlsClient[]
export const CERTIFICATE_KINDS: readonly CertificateKind[] = ['public', 'private-authority', 'self-signed']

/** The name of a client for people, and where what is said of it comes from. */
export function describeTlsClient(client: TlsClient): { readonly title: string; readonly source: string } {
  const { title, source } = CLIENTS[client]
  return { title, source }
}

export function tlsVerdict(client: TlsClient, certificate: CertificateKind): TlsVerdict {
  return CLIENTS[client][certificate]
}

/** A certificate of that kind, for people. */
export const CERTIFICATE_WORDS: Readonly<Record<CertificateKind, string>> = {
  public: 'a certificate of a public authority',
  'private-authority': 'a certificate of a private authority',
  'self-signed': 'a self-signed certificate',
}

/** What decides whether a host can get its boot over HTTPS. */
export interface HttpsBoot {
  readonly firmware: 'bios' | 'uefi'
  readonly secureBoot: boolean
  /** Absent: there is no HTTPS listener. */
  readonly certificate?: CertificateKind | undefined
  /** Whether the iPXE that hosts are given holds the fingerprint of the authority; `unknown` where its file is packed. */
  readonly ipxeTrustsAuthority: boolean | 'unknown'
}

/**
 * Why a host cannot boot over HTTPS, with what would work; `undefined` where it can, or nobody can tell from here. A
 * host with BIOS is refused whatever its iPXE is: only few builds for it have HTTPS, and nothing shows which.
 */
export function httpsBootProblem(boot: HttpsBoot): string | undefined {
  const { firmware, secureBoot, certificate, ipxeTrustsAuthority } = boot
  if (certificate === undefined) {
    return 'is to boot over HTTPS, but this server does not speak it to hosts: start it with --boot-tls-cert and --boot-tls-key, or --boot-tls'
  }
  if (firmware === 'bios') {
    return `is to boot over HTTPS with BIOS, where ${CLIENTS['ipxe-bios'].title} cannot: ${NO_HTTPS.why}; use firmware uefi, or bootScheme http`
  }
  const client = secureBoot ? 'ipxe-signed' : 'ipxe-efi'
  const { verdict, why } = tlsVerdict(client, certificate)
  if (verdict !== 'cannot') return undefined
  if (!secureBoot && ipxeTrustsAuthority !== false) return undefined
  const another = secureBoot ? '' : ', or --ipxe with a build made with TRUST= that authority'
  return (
    `is to boot over HTTPS with ${CERTIFICATE_WORDS[certificate]}, which ${CLIENTS[client].title} refuses: ${why}; ` +
    `use a certificate of a public authority${another}, or bootScheme http`
  )
}
