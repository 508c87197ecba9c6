import type { Host } from '../domain/host.ts'
import type { MachineSpec } from '../domain/machine.ts'
import type { HostBook } from '../services/host-book.ts'

/** The host with the addresses its machine has got, kept before that machine can ask for anything. */
export async function bindMachine(
  host: Host,
  made: MachineSpec | undefined,
  book: Pick<HostBook, 'add' | 'record'>,
): Promise<Host> {
  const { name, spec, driver } = host
  if (!spec || !made || (spec.mac === made.mac && spec.uuid === made.uuid)) return host
  const { mac, uuid } = made
  const bound: Host = { ...host, spec: { ...spec, mac, uuid } }
  await book.add(bound)
  await book.record(name, { type: 'machine.created', data: { driver, mac, uuid } })
  return bound
}
