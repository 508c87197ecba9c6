/** The port the boot server listens on unless another is wanted. */
export const DEFAULT_BOOT_PORT = 8080
/** The same for HTTPS. */
export const DEFAULT_BOOT_TLS_PORT = 8443

/** `http://HOST:PORT` for an address, a name, or `HOST:PORT` given by hand; IPv6 addresses get their brackets. */
export function baseUrl(address: string, port: number): string {
  if (/^(\[[^\]]+\]|[^:]+):\d{1,5}$/.test(address)) return `http://${address}`
  return `http://${address.includes(':') && !address.startsWith('[') ? `[${address}]` : address}:${port}`
}

/**
 * The address by which those reach the boot server who reach this machine by `address`: what is advertised, else the one
 * it listens on where that is a single one, for it cannot be reached by any other.
 */
export function bootAddress(
  {
    advertise,
    bootHost,
  }: { readonly advertise?: string | undefined; readonly bootHost?: string | undefined },
  address: string,
): string {
  if (advertise !== undefined) return advertise
  return bootHost === undefined || bootHost === '0.0.0.0' || bootHost === '::' ? address : bootHost
}
