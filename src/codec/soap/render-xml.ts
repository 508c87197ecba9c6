/** An element to be written, in the namespace of what it stands in. */
export interface XmlNode {
  readonly name: string
  /** Written as `xsi:type`. */
  readonly type?: string
  /** Attribute `type` without a namespace, as references to managed objects have. */
  readonly referenceType?: string
  readonly content: string | readonly XmlNode[]
}

/** What an element can be made of; `undefined` leaves it out. */
export type XmlContent = string | number | boolean | readonly (XmlNode | undefined)[]

/** An element, or nothing for content that is `undefined`; elements keep their order. */
export function element(name: string, content: XmlContent): XmlNode
export function element(name: string, content: XmlContent | undefined): XmlNode | undefined
export function element(name: string, content: XmlContent | undefined): XmlNode | undefined {
  if (content === undefined) return undefined
  return { name, content: typeof content === 'object' ? content.filter(isPresent) : String(content) }
}

/** An element whose type is said by `xsi:type`. */
export function typedElement(name: string, type: string, content: XmlContent): XmlNode {
  return { ...element(name, content), type }
}

/** The element and all in it as text. Characters that XML 1.0 §2.2 does not have are left out. */
export function renderXml(node: XmlNode): string {
  const type = node.type === undefined ? '' : ` xsi:type="${escapeText(node.type)}"`
  const reference = node.referenceType === undefined ? '' : ` type="${escapeText(node.referenceType)}"`
  const inside =
    typeof node.content === 'string' ? escapeText(node.content) : node.content.map(renderXml).join('')
  return `<${node.name}${reference}${type}>${inside}</${node.name}>`
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Else a reader turns it into a newline (XML 1.0 §2.11).
  '\r': '&#xD;',
}

function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"\r]/g, (character) => ESCAPED[character] ?? '')
}

function isPresent(node: XmlNode | undefined): node is XmlNode {
  return node !== undefined
}
