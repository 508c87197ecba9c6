import type { ManagedObject } from '../../../src/codec/vim25/reference.ts'

/** A request that arrived: a SOAP call, or one for a file (`PUT /folder`, `GET /folder`, `HEAD /folder`). */
export interface LabCall {
  /** Place in the order of arrival, from 0. */
  readonly index: number
  readonly method: string
  /** Object that the method was called of. */
  readonly target: ManagedObject | undefined
  /** Path within the datastore, of requests for files. */
  readonly path: string | undefined
  readonly session: string | undefined
  /** Epoch milliseconds. */
  readonly atMs: number
  /** Calls in flight when it arrived, itself among them, those left out that only wait for updates. */
  readonly inFlight: number
  /** `200`, a status, the name of a fault, or `dropped`; `undefined` while it is in flight. */
  outcome: string | undefined
}

/** A file that was uploaded, whole or not. */
export interface LabUpload {
  readonly datastore: string
  readonly path: string
  bytes: number
  complete: boolean
}

/** What was asked of the lab so far. */
export interface CallLog {
  readonly calls: readonly LabCall[]
  readonly uploads: readonly LabUpload[]
  /** Most calls in flight at one time, those left out that only wait for updates. */
  maxInFlight(): number
  /** How often a method was called. */
  count(method: string): number
  /** Forgets what is over. */
  clear(): void
}

export interface WritableCallLog extends CallLog {
  /** A call has arrived; the returned function notes its end. */
  begin(call: Pick<LabCall, 'method' | 'target' | 'path' | 'session'>): {
    readonly call: LabCall
    /** The server is through with it, and the answer is on its way. */
    readonly answered: () => void
    readonly end: (outcome: string) => void
  }
  upload(datastore: string, path: string): LabUpload
}

/** Waits at the server by design. */
export const WAITING = 'WaitForUpdatesEx'

export function createCallLog(): WritableCallLog {
  const calls: LabCall[] = []
  const uploads: LabUpload[] = []
  let inFlight = 0
  let next = 0
  return {
    calls,
    uploads,
    maxInFlight: () => calls.reduce((most, call) => Math.max(most, call.inFlight), 0),
    count: (method) => calls.filter((call) => call.method === method).length,
    clear: () => {
      calls.length = 0
      uploads.length = 0
    },
    begin: (given) => {
      const weight = given.method === WAITING ? 0 : 1
      inFlight += weight
      const call: LabCall = { ...given, index: next, atMs: Date.now(), inFlight, outcome: undefined }
      next += 1
      calls.push(call)
      let isIn = true
      const answered = (): void => {
        if (isIn) inFlight -= weight
        isIn = false
      }
      return {
        call,
        answered,
        end: (outcome) => {
          answered()
          call.outcome ??= outcome
        },
      }
    },
    upload: (datastore, path) => {
      const upload = { datastore, path, bytes: 0, complete: false }
      uploads.push(upload)
      return upload
    },
  }
}
