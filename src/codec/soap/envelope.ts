import { Failure } from '../../domain/failure.ts'
import { parseXml, type XmlLimits } from './parse-xml.ts'
import { renderXml, type XmlNode } from './render-xml.ts'
import { childOf, descend, SCHEMA_INSTANCE, type XmlElement } from './xml-element.ts'

/** Namespace of the envelope (SOAP 1.1 §4). */
export const SOAP_ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/'

/** Refusal of a call (SOAP 1.1 §4.4). */
export interface SoapFault {
  /** Local name of the fault's type: `InvalidLogin`; `SoapFault` when nothing says more. */
  readonly type: string
  /** `faultstring`, for people. */
  readonly message: string
  /** Properties of the fault, where there are any. */
  readonly detail: XmlElement | undefined
}

export type SoapAnswer =
  | { readonly kind: 'answer'; readonly body: XmlElement }
  | { readonly kind: 'fault'; readonly fault: SoapFault }

/** A SOAP 1.1 request with one element in its body, in the given namespace. */
export function renderEnvelope(body: XmlNode, namespace: string): string {
  const call = renderXml(body).replace(`<${body.name}`, `<${body.name} xmlns="${namespace}"`)
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<soapenv:Envelope xmlns:soapenv="${SOAP_ENVELOPE}" xmlns:xsi="${SCHEMA_INSTANCE}"` +
    ` xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soapenv:Body>${call}</soapenv:Body></soapenv:Envelope>`
  )
}

/** What a server answered. Failure `packet.malformed` when it is no SOAP 1.1 envelope. */
export function decodeEnvelope(text: string, limits?: Partial<XmlLimits>): SoapAnswer {
  const root = parseXml(text, limits)
  const body = childOf(root, 'Body')
  const content = body?.children[0]
  const isEnvelope = root.name === 'Envelope' && root.namespace === SOAP_ENVELOPE
  if (!isEnvelope || body?.namespace !== SOAP_ENVELOPE || !content || body.children.length !== 1)
    throw new Failure('packet.malformed', 'SOAP: not an envelope with one element in its body')
  if (content.name !== 'Fault' || content.namespace !== SOAP_ENVELOPE)
    return { kind: 'answer', body: content }
  return { kind: 'fault', fault: decodeFault(content) }
}

function decodeFault(fault: XmlElement): SoapFault {
  const detail = descend(fault, 'detail')?.children[0]
  return {
    type: detail?.type ?? detail?.name.replace(/Fault$/, '') ?? 'SoapFault',
    message: childOf(fault, 'faultstring')?.text ?? '',
    detail,
  }
}
