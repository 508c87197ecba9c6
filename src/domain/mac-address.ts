/** A MAC address in canonical form: six lower-case hex pairs joined by colons. */
export type MacAddress = string & { readonly __type: 'MacAddress' }

/** Accepts colons or hyphens and either case, also percent-free iPXE `hexhyp`; anything else is `undefined`. */
export function parseMacAddress(text: string): MacAddress | undefined {
  const canonical = text.trim().toLowerCase().replaceAll('-', ':')
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(canonical) ? (canonical as MacAddress) : undefined
}

/** A locally administered unicast address under QEMU's 52:54:00 prefix from three given bytes. */
export function macAddressFromBytes(bytes: Uint8Array): MacAddress {
  const tail = [...bytes.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, '0'))
  return ['52', '54', '00', ...tail].join(':') as MacAddress
}

/**
 * The address in the range that VMware keeps for those set by hand, 00:50:56:00:00:00 to 00:50:56:3f:ff:ff ("Setting a
 * Static MAC Address"), with the last three bytes of the given one.
 */
export function vmwareStaticMac(address: MacAddress): MacAddress {
  const [first = '00', ...rest] = address.split(':').slice(3)
  const inRange = (Number.parseInt(first, 16) & 0x3f).toString(16).padStart(2, '0')
  return ['00', '50', '56', inRange, ...rest].join(':') as MacAddress
}
