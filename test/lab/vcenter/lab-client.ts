import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { decodeEnvelope } from '../../../src/codec/soap/envelope.ts'
import type { XmlElement } from '../../../src/codec/soap/xml-element.ts'
import { renderVimCall, SOAP_ACTION, type VimCall } from '../../../src/codec/vim25/call.ts'
import { faultOfAnswer, VimRefusal } from '../../../src/codec/vim25/fault.ts'
import { decodeRetrieved, retrieveProperties } from '../../../src/codec/vim25/property-calls.ts'
import { decodeReturnedReference, type ManagedObject } from '../../../src/codec/vim25/reference.ts'
import {
  decodeServiceContent,
  findByInventoryPath,
  login,
  readFound,
  retrieveServiceContent,
  type ServiceContent,
} from '../../../src/codec/vim25/service-calls.ts'
import { readTaskState, TASK_PROPERTIES, type TaskState } from '../../../src/codec/vim25/task.ts'
import type { LabVcenter } from './open-lab-vcenter.ts'

/** A client of the lab that does nothing by itself: no second login, no repetition. */
export interface LabClient extends Disposable {
  readonly content: ServiceContent
  login(password?: string): Promise<void>
  /** Failure as `VimRefusal`; an error when the connection is cut. */
  call(call: VimCall, signal?: AbortSignal): Promise<XmlElement>
  /** Calls what starts a task and asks how that is. */
  callTask(call: VimCall): Promise<TaskState>
  taskState(task: ManagedObject): Promise<TaskState>
  /** The object at a path of the inventory. */
  find(path: string): Promise<ManagedObject>
  file(
    method: 'PUT' | 'GET' | 'HEAD',
    path: string,
    body?: Uint8Array,
  ): Promise<{ readonly status: number; readonly length: number; readonly body: Buffer }>
}

export async function openLabClient(
  lab: LabVcenter,
  place: { readonly datacenter: string; readonly datastore: string } = {
    datacenter: 'DC0',
    datastore: 'LocalDS_0',
  },
): Promise<LabClient> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(lab.caFile) })
  let cookie = ''

  async function send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const headers = { cookie, ...(method === 'POST' ? { soapaction: `"${SOAP_ACTION}"` } : {}) }
    const request = httpsRequest(new URL(path, lab.url), {
      agent,
      method,
      headers,
      ...(signal ? { signal } : {}),
    })
    const answered = once(request, 'response')
    request.end(body)
    const [response] = (await answered) as [IncomingMessage]
    cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie
    return response
  }

  async function call(given: VimCall, signal?: AbortSignal): Promise<XmlElement> {
    const response = await send('POST', '/sdk', renderVimCall(given), signal)
    const text = (await buffer(response)).toString()
    const isSoap = response.headers['content-type']?.startsWith('text/xml')
    if (!isSoap) throw new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`)
    const answer = decodeEnvelope(text)
    if (answer.kind === 'answer') return answer.body
    throw new VimRefusal(faultOfAnswer(answer.fault), given.method)
  }

  async function taskState(task: ManagedObject): Promise<TaskState> {
    const answer = await call(retrieveProperties(content.propertyCollector, [TASK_PROPERTIES], [task]))
    return readTaskState(decodeRetrieved(answer).objects[0]?.properties ?? new Map())
  }

  const content = decodeServiceContent(await call(retrieveServiceContent))
  return {
    content,
    login: async (password = lab.password) => {
      await call(login(content.sessionManager, lab.user, password))
    },
    call,
    callTask: async (given) => taskState(decodeReturnedReference(await call(given))),
    taskState,
    find: async (path) => {
      const found = readFound(await call(findByInventoryPath(content.searchIndex, path)))
      if (found) return found
      throw new Error(`nothing is at ${path}`)
    },
    file: async (method, path, body) => {
      const query = new URLSearchParams({ dcPath: place.datacenter, dsName: place.datastore })
      const response = await send(method, `/folder/${path}?${query}`, body)
      return {
        status: response.statusCode ?? 0,
        length: Number(response.headers['content-length'] ?? 0),
        body: await buffer(response),
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}
