import { convertPpmToPng } from '../../../src/adapters/hypervisor-qemu/ppm-to-png.ts'
import type { KeyChord } from '../../../src/domain/key-chord.ts'
import type { LabMachine } from './inventory.ts'

/** What happens when machines of the inventory are switched. By `moid`. */
export interface PoweredMachines extends AsyncDisposable {
  on(machine: LabMachine): Promise<void>
  off(moid: string): Promise<void>
  reset(moid: string): Promise<void>
  /** It is no longer in the inventory. */
  remove(moid: string): Promise<void>
  typeKeys(moid: string, chords: readonly KeyChord[]): Promise<void>
  /** The console as PNG. */
  screenshot(moid: string): Promise<Uint8Array>
  /** File with all that the guest wrote to its serial console. */
  consoleLog(moid: string): string | undefined
  /** Where a port of the guest can be reached from here. */
  endpoint(moid: string, port: number): { readonly host: string; readonly port: number } | undefined
}

/** Nothing happens: machines are on and off in the inventory only, keys go nowhere, consoles are black. */
export function noMachines(): PoweredMachines {
  const nothing = async (): Promise<void> => undefined
  return {
    on: nothing,
    off: nothing,
    reset: nothing,
    remove: nothing,
    typeKeys: nothing,
    screenshot: async () => convertPpmToPng(Buffer.from('P6 1 1 255\n\0\0\0', 'latin1')),
    consoleLog: () => undefined,
    endpoint: () => undefined,
    [Symbol.asyncDispose]: nothing,
  }
}
