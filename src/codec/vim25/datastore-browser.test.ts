import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { parseXml } from '../soap/parse-xml.ts'
import { renderVimCall } from './call.ts'
import { readFoundFiles, searchDatastore } from './datastore-browser.ts'
import { decodeEntityPrivileges, hasPrivilegeOnEntities } from './privilege-calls.ts'
import { readTime } from './service-calls.ts'

const part = (type: string, id = type) => ({ type, id })
const XSI = 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance"'

test('a folder is searched for all of its files with size and time', () => {
  expect(renderVimCall(searchDatastore(part('B'), '[ds] edgeboot'))).toContain(
    '<datastorePath>[ds] edgeboot</datastorePath><searchSpec><details><fileType>true</fileType>' +
      '<fileSize>true</fileSize><modification>true</modification><fileOwner>false</fileOwner></details>' +
      '<matchPattern>*</matchPattern></searchSpec>',
  )
})

test('files come with their size, their time and whether they are folders', () => {
  const result = parseXml(
    `<r ${XSI}><file x:type="v:IsoImageFileInfo"><path>a.iso</path><fileSize>7</fileSize>` +
      '<modification>2026-01-02T03:04:05Z</modification></file><file x:type="FolderFileInfo"><path>b</path></file>' +
      '<file><fileSize>1</fileSize></file></r>',
  )

  expect(readFoundFiles(result)).toEqual([
    { name: 'a.iso', isFolder: false, bytes: 7, modified: Date.UTC(2026, 0, 2, 3, 4, 5) },
    { name: 'b', isFolder: true, bytes: 0, modified: undefined },
  ])
  expect(readFoundFiles(undefined)).toEqual([])
})

test('privileges are asked for by object and told by object', () => {
  const call = hasPrivilegeOnEntities(part('A'), [part('Folder', 'f')], 'key', [
    'Network.Assign',
    'System.View',
  ])
  const answer = parseXml(
    '<a><returnval><entity type="Folder">f</entity>' +
      '<privAvailability><privId>Network.Assign</privId><isGranted>false</isGranted></privAvailability>' +
      '<privAvailability><privId>System.View</privId><isGranted>true</isGranted></privAvailability></returnval></a>',
  )

  expect(renderVimCall(call)).toContain(
    '<entity type="Folder">f</entity><sessionId>key</sessionId><privId>Network.Assign</privId><privId>System.View</privId>',
  )
  expect([...(decodeEntityPrivileges(answer).get('Folder:f') ?? [])]).toEqual(['System.View'])
})

test('the time of the server is read as such', () => {
  expect(readTime(parseXml('<a><returnval>2026-01-02T03:04:05.5Z</returnval></a>'))).toBe(
    Date.UTC(2026, 0, 2, 3, 4, 5, 500),
  )
  expect(readTime(parseXml('<a><returnval>soon</returnval></a>'))).toBeUndefined()
})

property.prop([fc.string({ unit: 'grapheme-ascii', maxLength: 200 })])(
  'rubbish is a value or refused as such',
  (text) => {
    for (const decode of [readFoundFiles, decodeEntityPrivileges, readTime]) {
      try {
        decode(parseXml(`<r><returnval>${text}</returnval><file><path>${text}</path></file></r>`))
      } catch (error) {
        expect(isFailure(error, 'packet.malformed')).toBe(true)
      }
    }
  },
)
