/**
 * Everything that can go wrong on purpose: code → HTTP status an API answers and exit code of the command line
 * (1: the work failed, 2: the input or the usage is wrong). Each code is explained in docs/reference/failures.md;
 * a test keeps the two in step. Codes are never reused for another meaning.
 */
export const FAILURES = {
  'usage.invalid': { status: 400, exit: 2 },
  'config.invalid': { status: 400, exit: 2 },
  'data-dir.locked': { status: 409, exit: 1 },
  'data-dir.unusable': { status: 500, exit: 1 },
  'store.newer': { status: 500, exit: 1 },
  'store.failed': { status: 500, exit: 1 },
  'store.older': { status: 500, exit: 1 },
  'store.locked': { status: 409, exit: 1 },
  'secret.key-invalid': { status: 500, exit: 2 },
  'secret.unreadable': { status: 500, exit: 1 },
  'token.not-found': { status: 404, exit: 2 },
  'token.name-taken': { status: 409, exit: 2 },
  'blob.not-found': { status: 404, exit: 2 },
  'blob.unreadable': { status: 500, exit: 2 },
  'blob.changed': { status: 503, exit: 1 },
  'iso.malformed': { status: 422, exit: 2 },
  'iso.path-not-found': { status: 404, exit: 2 },
  'installer.unknown-family': { status: 422, exit: 2 },
  'installer.uki': { status: 422, exit: 2 },
  'installer.invalid-artifact': { status: 422, exit: 2 },
  'installer.digest-mismatch': { status: 422, exit: 2 },
  'installer.not-found': { status: 404, exit: 2 },
  'installer.name-taken': { status: 409, exit: 2 },
  'export.target-not-empty': { status: 409, exit: 2 },
  'user-data.invalid': { status: 422, exit: 2 },
  'fleet.invalid': { status: 422, exit: 2 },
  'kernel-line.invalid': { status: 422, exit: 2 },
  'packet.malformed': { status: 400, exit: 1 },
  'ipxe.not-found': { status: 424, exit: 1 },
  'ipxe.too-old': { status: 424, exit: 1 },
  'media.build-failed': { status: 500, exit: 1 },
  'tool.missing': { status: 424, exit: 1 },
  'tool.failed': { status: 500, exit: 1 },
  'port.in-use': { status: 409, exit: 1 },
  'address.unknown': { status: 400, exit: 2 },
  'machine.wrong-state': { status: 409, exit: 1 },
  'machine.exists-differently': { status: 409, exit: 1 },
  'machine.too-little-memory': { status: 422, exit: 2 },
  'machine.wrong-architecture': { status: 422, exit: 2 },
  'machine.start-failed': { status: 502, exit: 1 },
  'driver.unknown': { status: 422, exit: 2 },
  'driver.unreachable': { status: 502, exit: 1 },
  'driver.refused': { status: 502, exit: 1 },
  'driver.timeout': { status: 504, exit: 1 },
  'driver.untrusted': { status: 502, exit: 2 },
  'driver.login-refused': { status: 502, exit: 2 },
  'driver.forbidden': { status: 502, exit: 1 },
  'driver.no-space': { status: 507, exit: 1 },
  'driver.busy': { status: 503, exit: 1 },
  'keys.untypable': { status: 422, exit: 2 },
  'typing.unanswered': { status: 504, exit: 1 },
  'wake.unsent': { status: 502, exit: 1 },
  'host.not-found': { status: 404, exit: 2 },
  'host.failed': { status: 500, exit: 1 },
  'probe.invalid': { status: 400, exit: 2 },
  interrupted: { status: 503, exit: 1 },
  'request.invalid': { status: 400, exit: 2 },
  'request.not-found': { status: 404, exit: 2 },
  'request.too-large': { status: 413, exit: 2 },
  'request.unsupported': { status: 415, exit: 2 },
  'request.misdirected': { status: 421, exit: 2 },
  'auth.required': { status: 401, exit: 1 },
  'auth.forbidden': { status: 403, exit: 1 },
  'auth.throttled': { status: 429, exit: 1 },
  'server.busy': { status: 503, exit: 1 },
  'server.unreachable': { status: 502, exit: 1 },
  'server.not-understood': { status: 502, exit: 1 },
  'fleet.changed': { status: 412, exit: 1 },
  'host.wrong-state': { status: 409, exit: 1 },
  'host.nothing-served': { status: 404, exit: 1 },
  'host.name-taken': { status: 409, exit: 2 },
  'discovered.not-found': { status: 404, exit: 2 },
  'installer.in-use': { status: 409, exit: 1 },
  'upload.length-required': { status: 411, exit: 2 },
  'upload.name-taken': { status: 409, exit: 2 },
  'upload.no-space': { status: 507, exit: 1 },
  'upload.incomplete': { status: 400, exit: 1 },
  'upload.stalled': { status: 408, exit: 1 },
  'certificate.invalid': { status: 422, exit: 2 },
  'tls.impossible': { status: 422, exit: 2 },
  internal: { status: 500, exit: 1 },
} as const satisfies Record<string, { readonly status: number; readonly exit: 1 | 2 }>

export type FailureCode = keyof typeof FAILURES

/** Facts beside the message, for logs and `--json`. Never secrets. */
export type FailureDetails = Readonly<Record<string, string | number | boolean | undefined>>

/** The only error thrown on purpose. The message says what happened, where, and what to do about it. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly details: FailureDetails

  constructor(code: FailureCode, message: string, details: FailureDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'Failure'
    this.code = code
    this.details = details
  }
}

/** True when `error` is a Failure, and one of the given codes if any are given. */
export function isFailure(error: unknown, ...codes: FailureCode[]): error is Failure {
  return error instanceof Failure && (codes.length === 0 || codes.includes(error.code))
}
