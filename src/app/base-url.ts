/** The port the boot server listens on unless another is wanted. */
export const DEFAULT_BOOT_PORT = 8080
/** The same for HTTPS. */
export const DEFAULT_BOOT_TLS_PORT = 8443

/** `http://HOST:PORT` for an address, a name, or `HOST:PORT` given by hand; IPv6 addresses get their brackets. */
export function baseUrl(address: string, port: number): string {
  if (/^(\[[^\]]+\]|[^:]+):\d{1,5}$/.test(address)) return `http://${address}`
  return `http://${address.includes(':') && !address.startsWith('[') ? `[${address}]` : address}:${port}`
}
