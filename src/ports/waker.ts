import type { MacAddress } from '../domain/mac-address.ts'

/** Switches on machines that nothing but their network card listens in. */
export interface Waker {
  /**
   * Calls the card on every network of this machine, and resolves to the broadcast addresses that were called; whether
   * anybody woke up nobody knows. Failure `wake.unsent` when no network took the packet.
   */
  wake(mac: MacAddress, signal: AbortSignal): Promise<readonly string[]>
}
