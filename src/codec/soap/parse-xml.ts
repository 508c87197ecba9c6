import { SaxesParser, type SaxesTagNS } from 'saxes'
import { Failure } from '../../domain/failure.ts'
import { SCHEMA_INSTANCE, type XmlElement } from './xml-element.ts'

/** What a document may cost at most. */
export interface XmlLimits {
  /** Elements within elements. */
  readonly depth: number
  /** Elements and attributes in all. */
  readonly nodes: number
  /** Characters of the document. */
  readonly characters: number
}

/** Far more than an answer about one machine or a page of an inventory takes. */
const LIMITS: XmlLimits = { depth: 64, nodes: 500_000, characters: 48 * 1024 * 1024 }

interface Open {
  readonly name: string
  readonly namespace: string
  readonly type?: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
  text: string
}

/**
 * The root element of a document (XML 1.0, Namespaces in XML 1.0). No document type, no entities but the five of XML
 * itself, no processing instructions; well-formed to the end. Failure `packet.malformed` otherwise, or when it is
 * larger than the limits.
 */
export function parseXml(text: string, given: Partial<XmlLimits> = {}): XmlElement {
  const limits = { ...LIMITS, ...given }
  if (text.length > limits.characters) throw malformed(`more than ${limits.characters} characters`)
  const parser = new SaxesParser({ xmlns: true, position: false })
  const open: Open[] = []
  let root: XmlElement | undefined
  let nodes = 0
  // Without a handler of ours saxes goes on after an error.
  parser.on('error', (error) => {
    throw malformed(error.message)
  })
  parser.on('doctype', () => {
    throw malformed('a document type, which SOAP forbids')
  })
  parser.on('processinginstruction', () => {
    throw malformed('a processing instruction, which SOAP forbids')
  })
  parser.on('opentag', (tag) => {
    nodes += 1 + Object.keys(tag.attributes).length
    if (nodes > limits.nodes) throw malformed(`more than ${limits.nodes} elements and attributes`)
    if (open.length >= limits.depth) throw malformed(`elements nested deeper than ${limits.depth}`)
    open.push(openElement(tag))
  })
  const append = (characters: string): void => {
    const current = open.at(-1)
    if (current) current.text += characters
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (!closed) return
    const parent = open.at(-1)
    if (parent) parent.children.push(closed)
    else root = closed
  })
  parser.write(text).close()
  if (!root) throw malformed('no element')
  return root
}

function openElement(tag: SaxesTagNS): Open {
  // Without a prototype, so that no attribute of any name reaches one.
  const attributes: Record<string, string> = Object.create(null)
  let type: string | undefined
  for (const { uri, local, prefix, value } of Object.values(tag.attributes)) {
    if (uri === SCHEMA_INSTANCE && local === 'type') type = localName(value)
    else if (uri === '' && prefix === '') attributes[local] = value
  }
  return {
    name: tag.local,
    namespace: tag.uri,
    attributes,
    children: [],
    text: '',
    ...(type === undefined ? {} : { type }),
  }
}

/** Not every server declares the prefix it uses in a value. */
function localName(value: string): string {
  return value.slice(value.indexOf(':') + 1).trim()
}

function malformed(what: string): Failure {
  return new Failure('packet.malformed', `XML: ${what.slice(0, 200)}`)
}
