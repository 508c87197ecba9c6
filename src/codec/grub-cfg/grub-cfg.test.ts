import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { readKernelArguments } from './grub-cfg.ts'

describe('the kernel arguments of a menu', () => {
  test('are those of its first entry, variables filled in, without what belongs to the ISO', () => {
    const menu = `
set default=0
set consoles="console=tty1 console=ttyS0"
set all="\${consoles} nomodeset"
search --label COS_LIVE
menuentry "Install" {
  linux ($root)/boot/kernel cdroot root=live:CDLABEL=COS_LIVE rd.live.dir=/ rd.live.squashimg=rootfs.squashfs $all net.ifnames=1
  initrd ($root)/boot/initrd
}
menuentry "Other" {
  linux /boot/kernel debug
}
`

    expect(readKernelArguments(menu)).toEqual(['console=tty1', 'console=ttyS0', 'nomodeset', 'net.ifnames=1'])
  })

  test.each(['linux', 'linuxefi', 'linux16', '$linux'])('are found behind %s', (word) => {
    expect(readKernelArguments(`\t${word} /boot/kernel quiet "selinux=0"`)).toEqual(['quiet', 'selinux=0'])
  })

  test('leave out what cannot be resolved', () => {
    expect(readKernelArguments('linux /k a=$nobody ${unset} b')).toEqual(['b'])
  })

  test('are none where nothing boots a kernel', () => {
    expect(readKernelArguments('menuentry x {\n chainloader +1\n}')).toEqual([])
  })

  test.each([
    ['themselves', 'set a="$a$a$a$a x"\n'],
    ['each other', `set a="${'$b '.repeat(2000)}"\nset b="${'x '.repeat(2000)}"\n`],
  ])('do not grow without end where variables name %s', (_, variables) => {
    const words = readKernelArguments(`${variables}linux /k $a y`)

    expect(words.length).toBeLessThan(16_384)
    expect(words.at(-1)).toBe('y')
  })

  property.prop([fc.string({ unit: 'binary' })])('of any text are words', (text) => {
    for (const word of readKernelArguments(`linux /k ${text}`)) expect(word).toMatch(/^\S+$/)
  })
})
