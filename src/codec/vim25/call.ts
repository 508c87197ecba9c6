import { renderEnvelope } from '../soap/envelope.ts'
import { element, type XmlNode } from '../soap/render-xml.ts'
import { type ManagedObject, referenceNode } from './reference.ts'

/** Namespace of the vSphere Web Services API. */
const VIM25 = 'urn:vim25'

/** Sent with every call; every vSphere since 6.5 answers as that version did (vSphere Web Services SDK). */
export const SOAP_ACTION = 'urn:vim25/6.5'

/** A method of a managed object with its arguments, in the order of the API's definition. */
export interface VimCall {
  readonly method: string
  readonly target: ManagedObject
  readonly args: readonly (XmlNode | undefined)[]
}

/** A method of an object, ready to be rendered. */
export function vimCall(method: string, target: ManagedObject, ...args: (XmlNode | undefined)[]): VimCall {
  return { method, target, args }
}

/** The call as the body of a request. */
export function renderVimCall({ method, target, args }: VimCall): string {
  return renderEnvelope(element(method, [referenceNode('_this', target), ...args]), VIM25)
}
