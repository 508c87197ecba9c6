import { decodeEnvelope, renderEnvelope, SOAP_ENVELOPE } from '../../../src/codec/soap/envelope.ts'
import { element, renderXml, type XmlNode } from '../../../src/codec/soap/render-xml.ts'
import { SCHEMA_INSTANCE } from '../../../src/codec/soap/xml-element.ts'
import {
  decodeReturnedReference,
  type ManagedObject,
  referenceNode,
} from '../../../src/codec/vim25/reference.ts'

/** An answer over HTTP, whole. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

/** A fault by the name of its type in the API. */
export interface LabFault {
  readonly type: string
  readonly message?: string
  readonly properties?: Readonly<Record<string, string | number | boolean | ManagedObject>>
}

const XML = { 'content-type': 'text/xml; charset=utf-8' }

/** The answer of a method that did what it should. */
export function soapAnswer(method: string, ...content: XmlNode[]): Answer {
  const text = renderEnvelope(element(`${method}Response`, content), 'urn:vim25')
  return { status: 200, headers: XML, body: Buffer.from(text) }
}

/** The answer of a method that started a task. */
export function taskAnswer(method: string, task: ManagedObject): Answer {
  return soapAnswer(method, referenceNode('returnval', task))
}

/** The refusal of a call. */
export function faultAnswer(fault: LabFault): Answer {
  const properties = Object.entries(fault.properties ?? {}).map(([name, value]) =>
    typeof value === 'object' ? referenceNode(name, value) : element(name, value),
  )
  const detail = renderXml({ name: `${fault.type}Fault`, type: fault.type, content: properties }).replace(
    '>',
    ' xmlns="urn:vim25">',
  )
  const text =
    `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="${SOAP_ENVELOPE}"` +
    ` xmlns:xsi="${SCHEMA_INSTANCE}"><soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode>` +
    `${renderXml(element('faultstring', fault.message ?? fault.type))}` +
    `<detail>${detail}</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`
  return { status: 500, headers: XML, body: Buffer.from(text) }
}

/** An answer that is no SOAP. */
export function plainAnswer(status: number, body: string | Buffer = '', type = 'text/plain'): Answer {
  return { status, headers: { 'content-type': type }, body: Buffer.from(body) }
}

/** The task that an answer names; `undefined` when it is a refusal. */
export function taskOf(answer: Answer): ManagedObject | undefined {
  if (answer.status !== 200) return undefined
  const decoded = decodeEnvelope(answer.body.toString())
  return decoded.kind === 'answer' ? decodeReturnedReference(decoded.body) : undefined
}

/** Name of the fault that an answer refuses with. */
export function faultTypeOf(answer: Answer): string | undefined {
  if (answer.status !== 500) return undefined
  try {
    const decoded = decodeEnvelope(answer.body.toString())
    return decoded.kind === 'fault' ? decoded.fault.type : undefined
  } catch {
    return undefined
  }
}
