import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import type { ObjectProperties, PropertySpec } from '../../../codec/vim25/property-calls.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import type { ServiceContent } from '../../../codec/vim25/service-calls.ts'
import type { DatastoreTransfers } from './datastore-transfers.ts'
import type { UpdateListener } from './update-hub.ts'

/** What is being done, and what may be done again. */
export interface CallOptions {
  /** Begins the sentence when it is refused: `creating edge-1`. */
  readonly doing: string
  /**
   * True when doing it twice is as good as doing it once: it is repeated when the connection is lost before an answer.
   * Otherwise such a loss is a Failure `driver.unreachable`, and whoever asked has to look at what became of it.
   */
  readonly repeatable: boolean
}

/**
 * One connection to a vCenter or ESXi with its session: logs in at the first call, once more when the session has
 * ended, and never again after the password was refused. All methods: a fault is a `VimRefusal`; Failure
 * `driver.unreachable`, `driver.timeout`, `packet.malformed`; a signal that aborts rejects with its reason.
 */
export interface VimClient extends AsyncDisposable {
  /** `HOST:PORT`, for messages. */
  readonly address: string
  /** Address of this machine on the way to the server, once there was a connection. */
  localAddress(): string | undefined
  /** What the server is and where its parts are. Needs no session. */
  content(signal: AbortSignal): Promise<ServiceContent>
  /** Key of the session (`UserSession.key`), which some calls want. It changes when the client logs in again. */
  sessionKey(signal: AbortSignal): Promise<string>
  call(call: VimCall, options: CallOptions, signal: AbortSignal): Promise<XmlElement>
  /** Calls a method that answers a task, waits for the task and resolves to its result. */
  runTask(
    call: VimCall,
    options: CallOptions & { readonly onProgress?: (percent: number) => void },
    signal: AbortSignal,
  ): Promise<XmlElement | undefined>
  /** Properties of these objects; objects that are gone are left out. */
  retrieve(
    specs: readonly PropertySpec[],
    objects: readonly ManagedObject[],
    signal: AbortSignal,
  ): Promise<readonly ObjectProperties[]>
  /** Properties of all objects of the types in `specs` below `container`, folders inside it included. */
  retrieveBelow(
    container: ManagedObject,
    specs: readonly PropertySpec[],
    signal: AbortSignal,
  ): Promise<readonly ObjectProperties[]>
  /** Tells changes of a task or a machine as they happen, beginning with its present state; returns what ends that. */
  watch(object: ManagedObject, listener: UpdateListener): () => void
  readonly transfers: DatastoreTransfers
}
