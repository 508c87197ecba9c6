import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, faultAnswer, type LabFault, plainAnswer, taskAnswer, taskOf } from './answer.ts'
import { Dropped } from './holds.ts'
import type { LabRequest, Step } from './lab-request.ts'
import type { SimulatorClient } from './simulator-client.ts'

/** What goes wrong with a request. */
export type Trouble =
  /** The call is refused. */
  | { readonly kind: 'fault'; readonly fault: LabFault }
  /** The call starts a task, which fails; nothing is done. */
  | {
      readonly kind: 'task-fault'
      readonly fault: LabFault
      readonly delayMs?: number
      readonly progress?: readonly number[]
    }
  /** It is done, but its task takes this long to say so. Can be cancelled meanwhile. */
  | { readonly kind: 'slow-task'; readonly delayMs: number; readonly progress?: readonly number[] }
  /** An answer over HTTP without SOAP in it. Nothing is done. */
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  /** The connection is cut. Nothing is done. */
  | { readonly kind: 'reset-before' }
  /** It is done, but the connection is cut before the answer. */
  | { readonly kind: 'reset-after' }
  /** An upload or download is cut after that many bytes. */
  | { readonly kind: 'reset-midway'; readonly afterBytes: number }
  /** It is done later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is done, and answered with that many bytes of XML without meaning. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** It is done, and the answer is broken XML. */
  | { readonly kind: 'malformed' }

export type FaultOrder = Trouble & {
  /** `CreateVM_Task`, `PUT /folder`; `*` for any. */
  readonly method: string
  /** From the n-th request of it on, from now; 1 when left out. */
  readonly nth?: number
  /** So many requests; 1 when left out. */
  readonly times?: number
}

/** An order that can be looked at and taken back. */
export interface OrderedFault {
  /** How often it has struck. */
  readonly hits: number
  cancel(): void
}

export interface Faults {
  fault(order: FaultOrder): OrderedFault
  /** What is to go wrong with this request. */
  take(method: string): Trouble | undefined
}

export function createFaults(): Faults {
  const orders = new Set<{ readonly order: FaultOrder; seen: number; hits: number }>()
  return {
    fault: (order) => {
      const kept = { order, seen: 0, hits: 0 }
      orders.add(kept)
      return {
        get hits() {
          return kept.hits
        },
        cancel: () => orders.delete(kept),
      }
    },
    take: (method) => {
      let taken: Trouble | undefined
      for (const kept of orders) {
        const { order } = kept
        if (order.method !== '*' && order.method !== method) continue
        kept.seen += 1
        if (taken || kept.seen < (order.nth ?? 1)) continue
        taken = order
        kept.hits += 1
        if (kept.hits >= (order.times ?? 1)) orders.delete(kept)
      }
      return taken
    },
  }
}

/** Lets SOAP calls go wrong as ordered. */
export function faultStep(faults: Faults, simulator: SimulatorClient): Step {
  return async (request, next) => {
    const trouble = faults.take(request.method)
    switch (trouble?.kind) {
      case undefined:
      case 'reset-midway':
        return next(request)
      case 'fault':
        return faultAnswer(trouble.fault)
      case 'task-fault': {
        const { delayMs = 0, progress = [], fault } = trouble
        const entity = request.target
        const task = await simulator.startTask({ entity, name: request.method, delayMs, progress, fault })
        return taskAnswer(request.method, task)
      }
      case 'slow-task':
        return slowDown(simulator, request, await next(request), trouble)
      case 'status':
        return plainAnswer(trouble.status, trouble.body ?? 'out of order')
      case 'reset-before':
        throw new Dropped()
      case 'reset-after':
        await next(request)
        throw new Dropped()
      case 'delay':
        await sleep(trouble.ms)
        return next(request)
      case 'huge':
        await next(request)
        return plainAnswer(200, hugeDocument(trouble.bytes), 'text/xml')
      case 'malformed': {
        const { body } = await next(request)
        return plainAnswer(200, body.subarray(0, body.length - 20), 'text/xml')
      }
    }
  }
}

/** Answers with a task of the lab's own that ends as the real one did, only later. */
async function slowDown(
  simulator: SimulatorClient,
  { method, target: entity }: LabRequest,
  answer: Answer,
  { delayMs, progress = [] }: { readonly delayMs: number; readonly progress?: readonly number[] },
): Promise<Answer> {
  const real = taskOf(answer)
  if (!real) return answer
  const state = await simulator.taskState(real)
  const result = state.state === 'success' ? state.result : undefined
  const type = result?.attributes['type']
  const task = await simulator.startTask({
    entity,
    name: method,
    delayMs,
    progress,
    ...(state.state === 'error' ? { fault: state.fault } : {}),
    ...(result === undefined ? {} : { result: type === undefined ? result.text : { type, id: result.text } }),
  })
  return taskAnswer(method, task)
}

function hugeDocument(bytes: number): Buffer {
  const filler = Buffer.alloc(bytes, '<a/>')
  return Buffer.concat([Buffer.from('<?xml version="1.0"?><r>'), filler.subarray(0, bytes - (bytes % 4))])
}
