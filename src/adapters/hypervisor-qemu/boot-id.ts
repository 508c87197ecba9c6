import { readFileSync } from 'node:fs'

/** Changes with every start of this computer's kernel (random(4), boot_id). */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}
