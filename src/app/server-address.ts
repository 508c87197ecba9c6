import { addressOfInterface, reachableAddresses } from '../adapters/host-network/interface-address.ts'
import { Failure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import type { MachineSpec } from '../domain/machine.ts'
import { isLoopback } from '../domain/plain-address.ts'
import type { MachineDrivers } from '../ports/machine-driver.ts'

/** What decides where a host finds this process. */
export interface BootingHost extends Pick<Host, 'driver'> {
  readonly spec?: Pick<MachineSpec, 'network'>
}

/** The address under which the host reaches this machine; without a host, the likeliest. Failure `address.unknown`. */
export function serverAddress(host: BootingHost | undefined, drivers: MachineDrivers): string {
  const network = host?.spec?.network
  if (!host || !network) return reachableAddresses()[0] ?? '127.0.0.1'
  const known = drivers.of(host.driver).serverAddress({ network })
  if (known) return known
  switch (network.kind) {
    case 'named':
      return requireReachable(reachableAddresses()[0])
    case 'bridge':
      return addressOfInterface(network.bridge) ?? unknown(network.bridge)
    case 'tap':
      return unknown(network.device)
    case 'user':
      return unknown('the network of the hypervisor')
  }
}

/** Nothing elsewhere reaches our loopback. */
function requireReachable(address: string | undefined): string {
  if (address && !isLoopback(address)) return address
  throw new Failure(
    'address.unknown',
    'this machine has no address that machines of a hypervisor elsewhere could reach; give it with --advertise ADDRESS',
  )
}

function unknown(device: string): never {
  throw new Failure(
    'address.unknown',
    `cannot tell under which address hosts on ${device} reach this machine; give it with --advertise ADDRESS`,
  )
}
