/** How the certificate of the server is checked. */
export type VsphereTrust =
  /** By the authorities of the system. */
  | { readonly kind: 'system' }
  /** By these authorities and no others; PEM, one or more certificates. */
  | { readonly kind: 'authorities'; readonly pem: string }
  /** By its own SHA-1 or SHA-256 digest, upper-case hex pairs joined by colons. */
  | { readonly kind: 'thumbprint'; readonly thumbprint: string }
  /** Not at all: whoever is in between reads the password. */
  | { readonly kind: 'none' }

/** Where the vCenter or ESXi is, who asks, and what is meant where a machine does not say. */
export interface VsphereSettings {
  /** `https://HOST[:PORT]/sdk`, without user and password; `http://` for loopback only. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly trust: VsphereTrust
  /** Names or inventory paths for machines that do not have their own. */
  readonly defaults: VsphereDefaults
}

export type VspherePlaceKind = 'datacenter' | 'datastore' | 'network' | 'pool' | 'folder' | 'host' | 'cluster'
export type VsphereDefaults = Readonly<Partial<Record<VspherePlaceKind, string>>>
