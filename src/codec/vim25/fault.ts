import { Failure, type FailureCode } from '../../domain/failure.ts'
import type { SoapFault } from '../soap/envelope.ts'
import { descend, textOf, type XmlElement } from '../soap/xml-element.ts'

/** A refusal of the server, of a call or of a task. */
export interface VimFault {
  /** Name of the fault's type in the API: `DuplicateName`. */
  readonly type: string
  /** The server's own words; may be empty. */
  readonly message: string
  /** Simple properties of the fault: `privilegeId`, `name`, `file` … */
  readonly properties: Readonly<Record<string, string>>
}

/** A fault of the server as an error, until somebody who knows what was being done says it for people. */
export class VimRefusal extends Failure {
  readonly fault: VimFault

  constructor(fault: VimFault, doing: string) {
    const { code, remedy } = explain(fault)
    const why = fault.message.trim().replace(/[\s.]+$/, '')
    const named = NAMED_BY.map((name) => fault.properties[name]).find((value) => value !== undefined)
    const about = named && !why.includes(named) ? `, ${named}` : ''
    super(
      code,
      `${doing}: ${fault.type}${why ? ` (${why.slice(0, 400)}${about})` : about}${remedy ? `; ${remedy}` : ''}`,
      {
        fault: fault.type,
        ...(fault.properties['privilegeId'] === undefined
          ? {}
          : { privilege: fault.properties['privilegeId'] }),
      },
    )
    this.fault = fault
  }
}

/** True when the server refused, with one of the given faults if any are given. */
export function isRefusal(error: unknown, ...types: readonly string[]): error is VimRefusal {
  return error instanceof VimRefusal && (types.length === 0 || types.includes(error.fault.type))
}

/** The fault of a call. */
export function faultOfAnswer({ type, message, detail }: SoapFault): VimFault {
  return { type, message, properties: simpleProperties(detail) }
}

/** The fault of a task (`LocalizedMethodFault`). */
export function faultOfTask(error: XmlElement): VimFault {
  const fault = descend(error, 'fault')
  return {
    type: fault?.type ?? 'MethodFault',
    message: textOf(error, 'localizedMessage') ?? '',
    properties: simpleProperties(fault),
  }
}

/** Properties that say what the fault is about. */
const NAMED_BY = ['name', 'file', 'datastore', 'property', 'invalidProperty', 'deviceKey', 'method']

interface Explanation {
  readonly code: FailureCode
  readonly remedy?: string
}

const EXPLAINED: Readonly<Record<string, Explanation>> = {
  InvalidLogin: {
    code: 'driver.login-refused',
    remedy:
      'user or password are wrong (GOVC_USERNAME, GOVC_PASSWORD); it is not tried again, so that the account is not locked',
  },
  NoPermission: { code: 'driver.forbidden' },
  NotAuthenticated: { code: 'driver.unreachable', remedy: 'the session has ended; run again' },
  DuplicateName: {
    code: 'driver.refused',
    remedy: 'something of that name is there already; rename it, or choose another name',
  },
  InvalidPowerState: { code: 'machine.wrong-state', remedy: 'change its power first' },
  FileNotFound: {
    code: 'driver.refused',
    remedy: 'the file was removed from the datastore; run again to upload it',
  },
  FileLocked: {
    code: 'driver.refused',
    remedy: 'another machine or host uses the file; switch that off first',
  },
  NoDiskSpace: { code: 'driver.no-space', remedy: 'make room on the datastore, or choose another' },
  InsufficientStorageSpace: {
    code: 'driver.no-space',
    remedy: 'make room on the datastore, or choose another',
  },
  OutOfBounds: { code: 'driver.refused', remedy: 'ask for less' },
  VmConfigFault: { code: 'driver.refused', remedy: 'this place cannot run a machine of these properties' },
  InvalidVmConfig: { code: 'driver.refused', remedy: 'this place cannot run a machine of these properties' },
  GenericVmConfigFault: { code: 'driver.refused', remedy: 'look at the events of the machine' },
  TaskInProgress: { code: 'driver.busy', remedy: 'another task works on it; wait until that is done' },
  ConcurrentAccess: { code: 'driver.busy', remedy: 'somebody else changed it at the same time; run again' },
  ManagedObjectNotFound: { code: 'driver.refused', remedy: 'it was removed meanwhile; run again' },
  MethodNotFound: { code: 'driver.refused', remedy: 'this server is too old for it, or no vCenter or ESXi' },
  RestrictedVersion: {
    code: 'driver.refused',
    remedy: 'the licence of this host does not allow changes over the API',
  },
  HostNotConnected: { code: 'driver.refused', remedy: 'connect the host again, or choose another' },
  RequestCanceled: { code: 'driver.refused', remedy: 'somebody cancelled it; run again' },
}

function explain({ type, properties }: VimFault): Explanation {
  if (type === 'NoPermission') {
    const privilege = properties['privilegeId'] ?? 'unknown'
    const object = properties['object']
    return {
      code: 'driver.forbidden',
      remedy: `the user lacks the privilege ${privilege}${object ? ` on ${object}` : ''}; give it to their role`,
    }
  }
  if (/^Insufficient.*Resources?Fault$/.test(type))
    return { code: 'driver.no-space', remedy: 'free processors or memory there, or choose another place' }
  return EXPLAINED[type] ?? { code: 'driver.refused' }
}

function simpleProperties(fault: XmlElement | undefined): Readonly<Record<string, string>> {
  const simple = (fault?.children ?? []).filter(
    (child) => child.children.length === 0 && child.text.length <= 1000,
  )
  return Object.fromEntries(simple.map((child) => [child.name, child.text]))
}
