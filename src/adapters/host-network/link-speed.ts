import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'

const MEGABIT_BYTES = 125_000
/** Drivers that do not know say -1, or what that is without a sign. */
const MAX_MEGABITS = 10_000_000

/**
 * Speed of the network card that has this address, in bytes per second; `undefined` where the kernel does not know it
 * (virtual cards, no cable), for an address of another machine and for a name. Linux: `/sys/class/net/NAME/speed`
 * (Documentation/ABI/testing/sysfs-class-net).
 */
export async function linkBytesPerSecond(
  address: string,
  { interfaces = networkInterfaces(), directory = '/sys/class/net' } = {},
): Promise<number | undefined> {
  const name = Object.keys(interfaces).find((one) =>
    interfaces[one]?.some((known) => known.address === address),
  )
  // An alias such as eth0:1 is of the card before the colon.
  const card = name?.split(':')[0] ?? ''
  if (!/^[A-Za-z0-9_][A-Za-z0-9._@-]{0,14}$/.test(card)) return undefined
  const text = await readFile(join(directory, card, 'speed'), 'utf8').catch(() => '')
  const megabits = Number(text.trim() || Number.NaN)
  return megabits > 0 && megabits <= MAX_MEGABITS ? megabits * MEGABIT_BYTES : undefined
}
