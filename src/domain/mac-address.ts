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
