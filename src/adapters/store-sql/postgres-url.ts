import { Failure } from '../../domain/failure.ts'

/** True for what names a PostgreSQL database rather than a file. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text)
}

/** A database URL taken apart as far as messages need it. */
export interface PostgresUrl {
  /** The URL as it was given, password included: for the driver only. */
  readonly url: string
  /** `postgres://USER@HOST:PORT/DATABASE`, safe to show. */
  readonly where: string
  /** Replaces the password wherever it stands in a text. */
  mask(text: string): string
}

/** Failure `usage.invalid`, without the text itself, when it is no such URL. */
export function parsePostgresUrl(text: string): PostgresUrl {
  let url: URL
  let password: string
  try {
    if (!isPostgresUrl(text)) throw new Error('another scheme')
    url = new URL(text)
    password = decodeURIComponent(url.password)
  } catch {
    // The error of `new URL` carries its input, and with it the password; it must not become a cause.
    throw new Failure(
      'usage.invalid',
      'the database URL cannot be understood; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with characters such as @ : / in the password percent-encoded',
    )
  }
  const secrets = [url.password, password, url.searchParams.get('password') ?? ''].filter(
    (secret) => secret !== '',
  )
  const user = url.username ? `${url.username}@` : ''
  const socket = url.searchParams.get('host')
  const host = socket ?? url.host
  return {
    url: text,
    where: `postgres://${user}${host}${url.pathname}`,
    mask: (shown) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), shown),
  }
}
