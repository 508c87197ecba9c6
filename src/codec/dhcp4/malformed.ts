import { Failure } from '../../domain/failure.ts'

/** What is wrong with a DHCP message, in which field, and at which byte of the datagram. */
export function malformed(field: string, what: string, offset: number): Failure {
  return new Failure('packet.malformed', `DHCP: ${field} at byte ${offset}: ${what}`, { field, offset })
}
