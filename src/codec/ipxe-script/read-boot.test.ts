import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { renderInstallScript } from '../../render/ipxe/install-script.ts'
import { renderLocalBootScript } from '../../render/ipxe/local-boot-script.ts'
import { renderWaitScript } from '../../render/ipxe/wait-script.ts'
import { readBoot } from './read-boot.ts'

const BASE = 'http://192.0.2.1:8080'

describe('the downloads of a script', () => {
  test('are those that our own install script tells a machine', () => {
    const script = renderInstallScript({
      host: 'edge-1',
      base: BASE,
      kernelUrl: `${BASE}/b/abc/palette-kernel`,
      initrdUrl: `${BASE}/b/abc/palette-initrd`,
      kernelArguments: [
        'initrd=palette-initrd',
        `root=live:${BASE}/b/abc/palette.squashfs`,
        `config_url=${BASE}/h/xyz/config.yaml`,
      ],
    })

    expect(readBoot(script)).toEqual({
      kernelUrl: `${BASE}/b/abc/palette-kernel`,
      initrdUrls: [`${BASE}/b/abc/palette-initrd`],
      rootfsUrl: `${BASE}/b/abc/palette.squashfs`,
      configUrl: `${BASE}/h/xyz/config.yaml`,
    })
  })

  test('may be only a kernel, or several initrds', () => {
    expect(readBoot('#!ipxe\nkernel http://a/k quiet root=/dev/sda1 config_url=ftp://x\nboot\n')).toEqual({
      kernelUrl: 'http://a/k',
      initrdUrls: [],
    })
    expect(
      readBoot('#!ipxe\r\n  kernel http://a/k\r\ninitrd http://a/1\r\ninitrd --name x http://a/2\r\n')
        ?.initrdUrls,
    ).toEqual(['http://a/1', 'http://a/2'])
  })

  test.each([
    ['a wait', renderWaitScript({ host: 'edge-1', reason: 'no place', retryAfterSeconds: 10 })],
    ['a local boot', renderLocalBootScript({ strategy: 'exit', platform: 'uefi' })],
    ['a kernel without an address', '#!ipxe\nkernel palette-kernel\nboot\n'],
    ['no script', 'kernel http://a/k'],
    ['nothing', ''],
  ])('there are none in %s', (_what, script) => {
    expect(readBoot(script)).toBeUndefined()
  })

  property.prop([
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('kernel', 'initrd', 'http://a/k', ' ', '\n', 'root=live:')),
  ])('reading never fails, whatever comes', (text, words) => {
    expect(() => readBoot(`#!ipxe\n${text}${words.join(' ')}`)).not.toThrow()
  })
})
