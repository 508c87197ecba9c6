/** An element of a document that was read: names resolved to namespaces, never prefixes. */
export interface XmlElement {
  /** Local name. */
  readonly name: string
  /** Namespace URI, empty for none. */
  readonly namespace: string
  /** Local name of the `xsi:type` attribute's value, where there is one. */
  readonly type?: string
  /** Attributes without a namespace, except declarations. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** All character data directly inside, joined. */
  readonly text: string
}

/** XML Schema Part 1 §2.6.1. */
export const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance'

/** First child of that local name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** All children of that local name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The element reached by local names from one child to the next. */
export function descend(
  element: XmlElement | undefined,
  ...names: readonly string[]
): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>(childOf, element)
}

/** Text of the first child of that name. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text
}
