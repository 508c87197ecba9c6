import { describe, expect, test } from 'vitest'
import { ITEM, placeAt } from './place-at.ts'

/** The place at the end of the text. */
function endOf(text: string) {
  const lines = text.split('\n')
  return placeAt(lines.slice(0, -1), lines.at(-1) ?? '')
}

describe('the place in a document', () => {
  test('is in the map whose keys stand in its column', () => {
    expect(endOf('#cloud-config\nstylus:\n  site:\n    name: a\n    pal')).toEqual({
      path: ['stylus', 'site'],
      typed: 'pal',
      taken: ['name'],
    })
    expect(endOf('stylus:\n  site:\n    name: a\n  ')).toMatchObject({ path: ['stylus'], taken: ['site'] })
    expect(endOf('stylus:\n  site:\n')).toMatchObject({ path: [], taken: ['stylus'] })
  })

  test('is in an item of a list, wherever the list stands', () => {
    expect(endOf('stages:\n  boot:\n    - name: x\n      commands:\n        - echo\n      ')).toMatchObject({
      path: ['stages', 'boot', ITEM],
      taken: ['commands', 'name'],
    })
    expect(endOf('users:\n- name: a\n  gr')).toMatchObject({ path: ['users', ITEM], typed: 'gr' })
    expect(endOf('users:\n  - name: a\n  - na')).toMatchObject({ path: ['users', ITEM], taken: [] })
    expect(endOf('a:\n  - b: 1\n    c:\n      - d: 1\n        ')).toMatchObject({
      path: ['a', ITEM, 'c', ITEM],
    })
  })

  test('is the value of a key', () => {
    expect(endOf('install:\n  poweroff: tr')).toMatchObject({
      path: ['install'],
      key: 'poweroff',
      typed: 'tr',
    })
  })

  test('is none within text and comments', () => {
    expect(endOf('# a comment')).toBeUndefined()
    expect(endOf('name: "a ')).toBeUndefined()
  })
})
