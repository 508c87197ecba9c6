/** IPv4 as seen through an IPv6 socket is written as IPv4; a zone means nothing to anybody else. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/i, '').replace(/%.*$/, '')
}
