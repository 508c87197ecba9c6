import { decodeEnvelope } from '../../../src/codec/soap/envelope.ts'
import type { XmlElement } from '../../../src/codec/soap/xml-element.ts'
import { renderVimCall, SOAP_ACTION, type VimCall } from '../../../src/codec/vim25/call.ts'
import { faultOfAnswer, VimRefusal } from '../../../src/codec/vim25/fault.ts'
import { decodeRetrieved, retrieveProperties } from '../../../src/codec/vim25/property-calls.ts'
import { decodeReturnedReference, type ManagedObject } from '../../../src/codec/vim25/reference.ts'
import {
  decodeServiceContent,
  login,
  retrieveServiceContent,
  type ServiceContent,
} from '../../../src/codec/vim25/service-calls.ts'
import { readTaskState, TASK_PROPERTIES, type TaskState } from '../../../src/codec/vim25/task.ts'
import type { LabFault } from './answer.ts'

/** A task of the lab's own: it takes its time and ends. */
export interface LabTask {
  readonly entity: ManagedObject
  readonly name: string
  /** Milliseconds until it ends; over at once when left out. */
  readonly delayMs?: number
  /** Told one after the other within the delay. */
  readonly progress?: readonly number[]
  readonly result?: string | ManagedObject
  readonly fault?: LabFault
}

/** The lab's own session at the simulator, past the proxy and all that it makes go wrong. */
export interface SimulatorClient {
  readonly content: ServiceContent
  /** Failure as `VimRefusal`. */
  call(call: VimCall): Promise<XmlElement>
  taskState(task: ManagedObject): Promise<TaskState>
  /** Calls a method that starts a task, and tells how it ended: the simulator's are over when it answers. */
  callTask(call: VimCall): Promise<TaskState>
  startTask(task: LabTask): Promise<ManagedObject>
  /** False when the task is over. */
  cancelTask(task: ManagedObject): Promise<boolean>
  setFreeSpace(datastoreId: string, bytes: number): Promise<void>
}

export async function openSimulatorClient(
  url: string,
  user: string,
  password: string,
): Promise<SimulatorClient> {
  let cookie = ''

  async function call(given: VimCall): Promise<XmlElement> {
    const response = await fetch(`${url}/sdk`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${SOAP_ACTION}"`, cookie },
      body: renderVimCall(given),
    })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    const answer = decodeEnvelope(await response.text())
    if (answer.kind === 'answer') return answer.body
    throw new VimRefusal(faultOfAnswer(answer.fault), given.method)
  }

  async function post(path: string, body: unknown): Promise<Response> {
    const response = await fetch(`${url}/lab/${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (response.ok || response.status === 409) return response
    throw new Error(`the simulator refuses ${path}: ${await response.text()}`)
  }

  async function taskState(task: ManagedObject): Promise<TaskState> {
    const answer = await call(retrieveProperties(content.propertyCollector, [TASK_PROPERTIES], [task]))
    return readTaskState(decodeRetrieved(answer).objects[0]?.properties ?? new Map())
  }

  const content = decodeServiceContent(await call(retrieveServiceContent))
  await call(login(content.sessionManager, user, password))

  return {
    content,
    call,
    taskState,
    callTask: async (given) => taskState(decodeReturnedReference(await call(given))),
    startTask: async ({ entity, name, delayMs, progress, result, fault }) => {
      const response = await post('tasks', {
        entity: asJson(entity),
        name,
        delayMs,
        progress,
        ...(typeof result === 'object' ? { reference: asJson(result) } : { result }),
        ...(fault ? { fault: { ...fault, properties: faultProperties(fault) } } : {}),
      })
      return { type: 'Task', id: ((await response.json()) as { task: string }).task }
    },
    cancelTask: async (task) => (await post('tasks/cancel', { task: task.id })).ok,
    setFreeSpace: async (id, freeSpace) => {
      await post('datastores', { id, freeSpace })
    },
  }
}

function asJson({ type, id }: ManagedObject): unknown {
  return { type, value: id }
}

function faultProperties({ properties = {} }: LabFault): unknown {
  const pairs = Object.entries(properties).map(([name, value]) => [
    name,
    typeof value === 'object' ? asJson(value) : value,
  ])
  return Object.fromEntries(pairs)
}
