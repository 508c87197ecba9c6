import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { decodeEnvelope, renderEnvelope, SOAP_ENVELOPE } from './envelope.ts'
import { parseXml } from './parse-xml.ts'
import { element, renderXml, typedElement, type XmlNode } from './render-xml.ts'
import { textOf, type XmlElement } from './xml-element.ts'

const malformed = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return isFailure(error, 'packet.malformed') ? error.message : error
  }
  return 'accepted'
}

/** What a faultless writer of SOAP would send, and the same from one with other prefixes. */
const withFault = (prefix: string) => `<?xml version="1.0"?>
<${prefix}:Envelope xmlns:${prefix}="${SOAP_ENVELOPE}"><${prefix}:Body><${prefix}:Fault>
<faultcode>ServerFaultCode</faultcode><faultstring>Login failure</faultstring>
<detail><Fault xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance"
 XMLSchema-instance:type="InvalidLogin"></Fault></detail></${prefix}:Fault></${prefix}:Body></${prefix}:Envelope>`

describe('what is written', () => {
  test('keeps the order of elements and says types', () => {
    const body = element('Call', [typedElement('spec', 'B', [element('z', 1), element('a', true)])])

    expect(renderXml(body)).toBe('<Call><spec xsi:type="B"><z>1</z><a>true</a></spec></Call>')
  })

  const nodes = fc.letrec<{ node: XmlNode }>((tie) => ({
    node: fc.record({
      name: fc.constantFrom('a', 'spec', '_this'),
      content: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.string({ unit: 'binary' }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    }),
  })).node

  property.prop([nodes])('is read back as it was, whatever the text', (node) => {
    const read = parseXml(renderXml(node))

    const plain = (from: XmlNode): unknown => [
      from.name,
      typeof from.content === 'string'
        ? from.content.toWellFormed().replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
        : from.content.length === 0
          ? ''
          : from.content.map(plain),
    ]
    const seen = (from: XmlElement): unknown => [
      from.name,
      from.children.length > 0 ? from.children.map(seen) : from.text,
    ]
    expect(seen(read)).toEqual(plain(node))
  })
})

describe('what is read', () => {
  test('is known by its namespaces, whatever the prefixes', () => {
    const one = decodeEnvelope(withFault('soapenv'))
    const other = decodeEnvelope(withFault('S'))

    expect(one).toMatchObject({ kind: 'fault', fault: { type: 'InvalidLogin', message: 'Login failure' } })
    expect(other).toEqual(one)
  })

  test('is no fault only because it is called one', () => {
    const text = renderEnvelope(element('Fault', [element('faultstring', 'no')]), 'urn:vim25')

    expect(decodeEnvelope(text).kind).toBe('answer')
  })

  test('brings no entities along', () => {
    const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(100)}"><!ENTITY c "&b;&b;">]><a>&c;</a>`

    expect(malformed(() => parseXml(bomb))).toContain('document type')
    expect(malformed(() => parseXml('<a>&b;</a>'))).toContain('XML:')
    expect(malformed(() => parseXml('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'))).toContain(
      'document type',
    )
    expect(malformed(() => parseXml('<a><?php evil ?></a>'))).toContain('processing instruction')
  })

  test('is bounded in depth, count and length', () => {
    expect(malformed(() => parseXml('<a>'.repeat(100_000)))).toContain('deeper')
    expect(malformed(() => parseXml(`<a>${'<b/>'.repeat(50)}</a>`, { nodes: 50 }))).toContain('more than 50')
    expect(malformed(() => parseXml('<a/>'.padEnd(200), { characters: 100 }))).toContain('more than 100')
  })

  test.each([
    '',
    ' ',
    'hello',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a b="1" b="2"/>',
    '<x:a/>',
    '\u0000<a/>',
    '<html/>',
  ])('is refused as an envelope: %j', (text) => {
    expect(malformed(() => decodeEnvelope(text))).toMatch(/^(XML|SOAP): /)
  })

  test('keeps attributes of any name from reaching a prototype', () => {
    const read = parseXml('<a __proto__="1" constructor="2"><b>3</b></a>')

    expect(Object.entries(read.attributes)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
    expect(textOf(read, 'b')).toBe('3')
  })

  property.prop([fc.nat(), fc.nat(), fc.string()])(
    'is either understood or refused, however it was cut or changed',
    (from, length, inserted) => {
      const text = withFault('soapenv')
      const start = from % text.length
      const changed = text.slice(0, start) + inserted + text.slice(start + (length % 40))

      try {
        decodeEnvelope(changed)
      } catch (error) {
        expect(isFailure(error, 'packet.malformed')).toBe(true)
      }
    },
  )

  property.prop([fc.string({ unit: fc.constantFrom(...'<>/!?&;:="[]-abxmlns \n') })])(
    'is either understood or refused, when it is noise',
    (noise) => {
      try {
        parseXml(noise)
      } catch (error) {
        expect(isFailure(error, 'packet.malformed')).toBe(true)
      }
    },
  )
})
