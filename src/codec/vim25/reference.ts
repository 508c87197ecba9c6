import { Failure } from '../../domain/failure.ts'
import type { XmlNode } from '../soap/render-xml.ts'
import { childOf, childrenOf, type XmlElement } from '../soap/xml-element.ts'

/** A managed object of the server (`ManagedObjectReference`). Ids may hold any character, also `/` and `[`. */
export interface ManagedObject {
  readonly type: string
  readonly id: string
}

/** The reference as an element of that name. */
export function referenceNode(name: string, { type, id }: ManagedObject): XmlNode {
  return { name, referenceType: type, content: id }
}

/** Failure `packet.malformed` when the element is no reference. */
export function decodeReference(element: XmlElement | undefined): ManagedObject {
  const reference = readReference(element)
  if (reference) return reference
  throw new Failure(
    'packet.malformed',
    `vSphere: ${element?.name ?? 'an answer'} is no reference to an object`,
  )
}

/** `undefined` when there is no such element, or when it is no reference. */
export function readReference(element: XmlElement | undefined): ManagedObject | undefined {
  const type = element?.attributes['type'] ?? element?.type
  return element && type && element.text !== '' ? { type, id: element.text } : undefined
}

/** All references in children of that name, or in an array's `ManagedObjectReference` elements. */
export function readReferences(
  element: XmlElement | undefined,
  name = 'ManagedObjectReference',
): readonly ManagedObject[] {
  return childrenOf(element, name).flatMap((child) => readReference(child) ?? [])
}

/** A text that is the same for the same object. */
export function referenceKey({ type, id }: ManagedObject): string {
  return `${type}:${id}`
}

/** `returnval` of an answer as a reference. Failure `packet.malformed`. */
export function decodeReturnedReference(answer: XmlElement): ManagedObject {
  return decodeReference(childOf(answer, 'returnval'))
}
