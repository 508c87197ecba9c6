import { decodeSubOptions, encodeSubOptions, readAddresses, readText } from './options.ts'

/** Sub-options of 43 between PXE clients and servers (PXE 2.1, table 2-1). */
const SUB = { discoveryControl: 6, bootServers: 8, bootMenu: 9, menuPrompt: 10, bootItem: 71 } as const

/** Bits of the discovery control (PXE 2.1, table 2-1, tag 6). */
export const DISCOVERY = {
  noBroadcast: 1,
  noMulticast: 2,
  onlyListedServers: 4,
  /** Take the boot file of this very offer: no menu, no search for boot servers. */
  useBootFile: 8,
} as const

/** What option 43 says to, or of, a PXE client. Absent: not said. */
export interface PxeVendorOptions {
  /** `DISCOVERY` bits. */
  readonly discoveryControl?: number
  /** By type of boot server. */
  readonly bootServers?: readonly { readonly type: number; readonly addresses: readonly string[] }[]
  readonly bootMenu?: readonly { readonly type: number; readonly text: string }[]
  /** Seconds; 255 waits for ever, 0 chooses the first entry at once. */
  readonly menuPrompt?: { readonly timeoutSeconds: number; readonly text: string }
  /** What was chosen from the menu. */
  readonly bootItem?: { readonly type: number; readonly layer: number }
}

/** Option 43 that says how to look for boot servers, and nothing of menus. */
export function encodePxeVendorOptions(options: { readonly discoveryControl: number }): Uint8Array {
  return encodeSubOptions(
    new Map([[SUB.discoveryControl, Uint8Array.of(options.discoveryControl)]]),
    'padded',
  )
}

/** Of any content: what cannot be read is absent, and a list ends where it breaks off. */
export function decodePxeVendorOptions(value: Uint8Array): PxeVendorOptions {
  const inside = decodeSubOptions(value, 'padded')
  const discoveryControl = inside.get(SUB.discoveryControl)?.[0]
  const servers = inside.get(SUB.bootServers)
  const menu = inside.get(SUB.bootMenu)
  const prompt = inside.get(SUB.menuPrompt)
  const item = inside.get(SUB.bootItem)
  return {
    ...(discoveryControl !== undefined && { discoveryControl }),
    ...(servers && {
      bootServers: entries(servers, 4).map(({ type, body }) => ({ type, addresses: readAddresses(body) })),
    }),
    ...(menu && { bootMenu: entries(menu, 1).map(({ type, body }) => ({ type, text: readText(body) })) }),
    ...(prompt?.[0] !== undefined && {
      menuPrompt: { timeoutSeconds: prompt[0], text: readText(prompt.subarray(1)) },
    }),
    ...(item?.length === 4 && { bootItem: { type: uint16(item, 0), layer: uint16(item, 2) } }),
  }
}

/** Type (two bytes), count, and as many units of `unit` bytes. */
function entries(value: Uint8Array, unit: number): readonly { type: number; body: Uint8Array }[] {
  const found: { type: number; body: Uint8Array }[] = []
  for (let at = 0; at + 3 <= value.length; ) {
    const end = at + 3 + (value[at + 2] ?? 0) * unit
    if (end > value.length) break
    found.push({ type: uint16(value, at), body: value.subarray(at + 3, end) })
    at = end
  }
  return found
}

function uint16(value: Uint8Array, at: number): number {
  return ((value[at] ?? 0) << 8) | (value[at + 1] ?? 0)
}
