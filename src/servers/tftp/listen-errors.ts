import { Failure } from '../../domain/failure.ts'

interface Wish {
  readonly host: string
  readonly port: number
  readonly describePortHolder?: ((port: number) => Promise<string | undefined>) | undefined
}

/** Why the port cannot be had, as a Failure that says what to do; other errors as they are. */
export async function describeBindError(error: unknown, wish: Wish): Promise<unknown> {
  const { host, port, describePortHolder } = wish
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': {
      const holder = await describePortHolder?.(port)
      return new Failure(
        'port.in-use',
        `UDP port ${port} of ${host} is in use${holder ? ` by ${holder}` : ''}: stop that TFTP server, or let it serve the boot files and switch ours off`,
        { host, port, holder },
        error,
      )
    }
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return noSuchAddress(host, error)
    case 'EACCES':
      return new Failure(
        'usage.invalid',
        `UDP port ${port} may not be used by this user: run as root, or with the capability CAP_NET_BIND_SERVICE (firmware asks port 69 and no other)`,
        { host, port },
        error,
      )
    default:
      return error
  }
}

export function noSuchAddress(host: string, cause?: unknown): Failure {
  return new Failure(
    'address.unknown',
    `this machine has no address "${host}" to serve TFTP on: name one that \`ip address\` shows`,
    { host },
    cause,
  )
}
