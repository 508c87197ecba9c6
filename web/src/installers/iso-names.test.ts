import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { ISO_FILE_NAME } from '../../../src/domain/iso-upload.ts'
import { installerNameFor, uploadNameFor } from './iso-names.ts'

describe('the name that is proposed for an installer', () => {
  test.each([
    ['/isos/palette-edge-4.6.iso', [], 'palette-edge-4.6'],
    ['/isos/palette.iso', ['palette', 'palette-2'], 'palette-3'],
    ['/home/me/Downloads/Palette Edge (1).ISO', [], 'Palette-Edge-1'],
    ['/isos/.iso', [], ''],
    ['', [], ''],
  ])('for %s beside %j is %j', (path, taken, name) => {
    expect(installerNameFor(path, taken)).toBe(name)
  })

  property.prop([fc.string(), fc.array(fc.string())])('is one the server takes, and new', (path, others) => {
    const taken = [...others, installerNameFor(path, [])]

    const name = installerNameFor(path, taken)

    expect(name).toMatch(/^([A-Za-z0-9][A-Za-z0-9._-]{0,127})?$/)
    if (name !== '') expect(taken).not.toContain(name)
  })
})

describe('the name of an uploaded file', () => {
  test.each([
    ['palette-edge-4.6.iso', 'palette-edge-4.6.iso'],
    ['Palette Edge (1).ISO', 'Palette-Edge-1.iso'],
    ['../../etc/passwd.iso', 'etc-passwd.iso'],
    [`${'e'.repeat(300)}.iso`, `${'e'.repeat(121)}.iso`],
    ['palette.img', undefined],
    ['.iso', undefined],
    ['…….iso', undefined],
  ])('%s becomes %s', (fileName, name) => {
    expect(uploadNameFor(fileName)).toBe(name)
  })

  property.prop([fc.string()])('is one the server takes', (stem) => {
    expect(uploadNameFor(`${stem}.iso`) ?? 'none.iso').toMatch(ISO_FILE_NAME)
  })
})
