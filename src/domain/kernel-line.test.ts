import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Failure } from './failure.ts'
import type { GuestNetwork } from './guest-network.ts'
import { composeKernelLine, rootWaitSeconds } from './kernel-line.ts'

const input = {
  rootUrl: 'http://192.0.2.1:8080/b/aaaa/palette.squashfs',
  configUrl: 'http://192.0.2.1:8080/h/bbbb/config.yaml',
  rootfsSizeBytes: 1_600_000_000,
  mac: '52:54:00:aa:bb:cc',
  add: [],
  remove: [],
}

describe('the kernel line', () => {
  test("is the guide's line with what makes it robust", () => {
    expect(composeKernelLine(input).arguments.join(' ')).toBe(
      'initrd=palette-initrd rd.neednet=1 ip=dhcp BOOTIF=01-52-54-00-aa-bb-cc rd.cos.disable ' +
        'root=live:http://192.0.2.1:8080/b/aaaa/palette.squashfs rd.live.overlay.overlayfs ' +
        'rd.immucore.sysrootwait=1145 netboot install-mode config_url=http://192.0.2.1:8080/h/bbbb/config.yaml ' +
        'console=ttyS0,115200n8 console=tty1',
    )
  })

  test('takes added arguments before the consoles, and the last console stays tty1', () => {
    const line = composeKernelLine({ ...input, add: ['selinux=0', 'console=ttyS1'] }).arguments

    expect(line.slice(-4)).toEqual(['selinux=0', 'console=ttyS1', 'console=ttyS0,115200n8', 'console=tty1'])
  })

  test('lets an added argument take the place of the one with the same key', () => {
    const line = composeKernelLine({ ...input, add: ['ip=eno1:dhcp'] }).arguments

    expect(line.filter((argument) => argument.startsWith('ip='))).toEqual(['ip=eno1:dhcp'])
  })

  test('leaves the card to iPXE where it is not known', () => {
    const { mac: _, ...anywhere } = input

    expect(composeKernelLine(anywhere).arguments).toContain('BOOTIF=01-${netX/mac:hexhyp}')
  })

  const fixed = {
    address: '192.0.2.20',
    prefix: 24,
    gateway: '192.0.2.1',
    nameServers: ['192.0.2.53', '192.0.2.54'],
  }
  const networkOf = (network: GuestNetwork): readonly string[] =>
    composeKernelLine({ ...input, network }).arguments.filter((argument) =>
      /^(ip|nameserver|ifname|vlan|BOOTIF)=/.test(argument),
    )

  test('gives the card that booted the static address of its media', () => {
    expect(networkOf({ fixed })).toEqual([
      'ip=192.0.2.20::192.0.2.1:255.255.255.0:::none',
      'nameserver=192.0.2.53',
      'nameserver=192.0.2.54',
      'BOOTIF=01-52-54-00-aa-bb-cc',
    ])
    expect(networkOf({ fixed: { address: '192.0.2.20', prefix: 30, nameServers: [] } })).toEqual([
      'ip=192.0.2.20:::255.255.255.252:::none',
      'BOOTIF=01-52-54-00-aa-bb-cc',
    ])
  })

  test('makes the VLAN of its media on that card, and asks for nothing outside of it', () => {
    expect(networkOf({ vlan: 42 })).toEqual([
      'ip=edgeboot0.42:dhcp',
      'ifname=edgeboot0:52:54:00:aa:bb:cc',
      'vlan=edgeboot0.42:edgeboot0',
    ])
    expect(networkOf({ vlan: 4094, fixed })[0]).toBe(
      'ip=192.0.2.20::192.0.2.1:255.255.255.0::edgeboot0.4094:none',
    )
  })

  test('lets an added ip= take the place of what the media say', () => {
    const line = composeKernelLine({ ...input, network: { fixed }, add: ['ip=eno1:dhcp'] }).arguments

    expect(line.filter((argument) => argument.startsWith('ip='))).toEqual(['ip=eno1:dhcp'])
  })

  test("takes over what the ISO's own menu says of the hardware, and nothing of its boot mode", () => {
    const fromInstaller = [
      'root=live:CDLABEL=COS_LIVE',
      'rd.cos.disable',
      'nodepair.enable',
      'rd.immucore.sysrootwait=60',
      'rd.driver.blacklist=nouveau',
      'net.ifnames=1',
      'console=tty0',
      'stylus.registration',
      'interactive-install',
      'a"b',
    ]

    const line = composeKernelLine({ ...input, fromInstaller }).arguments

    const plain = composeKernelLine(input).arguments
    expect(line.filter((argument) => !plain.includes(argument))).toEqual([
      'rd.driver.blacklist=nouveau',
      'net.ifnames=1',
    ])
    expect(line.indexOf('net.ifnames=1')).toBeLessThan(line.indexOf('console=ttyS0,115200n8'))
  })

  test('removes before it adds: all consoles give way to one', () => {
    const line = composeKernelLine({ ...input, remove: ['console='], add: ['console=ttyAMA0'] }).arguments

    expect(line.filter((argument) => argument.startsWith('console='))).toEqual(['console=ttyAMA0'])
  })

  test('does not add what is there already', () => {
    expect(composeKernelLine({ ...input, add: ['netboot', 'console=tty1'] })).toEqual(
      composeKernelLine(input),
    )
  })

  test('warns when an argument to be removed is not there', () => {
    expect(composeKernelLine({ ...input, remove: ['quiet'] }).warnings).toEqual([
      'quiet is to be removed from the kernel line, but is not in it',
    ])
  })

  test('says all that is wrong at once', () => {
    expect(() =>
      composeKernelLine({ ...input, add: ['a b', 'netboot', 'c"d'], remove: ['netboot'] }),
    ).toThrow(/"a b" is no argument.*"c\\"d" is no argument.*netboot is both added and removed/)
  })

  test('refuses another name for the initrd than the one it is loaded under', () => {
    expect(() => composeKernelLine({ ...input, add: ['initrd=other'] })).toThrow(/names no initrd/)
  })

  test('finds boot mode words in URLs too, and keeps the secret one to itself', () => {
    const rootUrl = 'http://COS_ACTIVE/palette.squashfs'
    const configUrl = 'http://192.0.2.1/h/secret-recovery-mode/config.yaml'

    expect(() => composeKernelLine({ ...input, rootUrl })).toThrow(/root=live:http:\/\/COS_ACTIVE/)
    expect(() => composeKernelLine({ ...input, configUrl })).toThrow(/config_url=… contains recovery-mode/)
  })

  test('refuses a URL that would end its argument', () => {
    expect(() => composeKernelLine({ ...input, rootUrl: 'http://x/a b' })).toThrow(/is no argument/)
  })

  test('removes by whole argument and by key', () => {
    const line = composeKernelLine({ ...input, remove: ['console=ttyS0,115200n8', 'BOOTIF'] }).arguments

    expect(line).not.toContain('console=ttyS0,115200n8')
    expect(line.join(' ')).not.toContain('BOOTIF')
  })

  test('warns when an argument is gone that the installer needs', () => {
    expect(composeKernelLine({ ...input, remove: ['install-mode'] }).warnings).toEqual([
      'the kernel line has no install-mode any more: the installer will not start without it',
    ])
  })

  test.each(['COS_RECOVERY=1', 'x=kairos.reset', 'my-recovery-mode'])(
    'refuses %s, which flips the boot mode',
    (word) => {
      expect(() => composeKernelLine({ ...input, add: [word] })).toThrow(/switches the boot mode/)
    },
  )

  test.each(['a b', 'a"b', 'a\nb', '${x}', 'a;b', 'é'])('refuses %j, which is no argument', (word) => {
    expect(() => composeKernelLine({ ...input, add: [word] })).toThrow(/is no argument/)
  })

  test('refuses a line that the kernel would cut', () => {
    const add = Array.from({ length: 10 }, (_, index) => `x${index}=${'y'.repeat(200)}`)

    expect(() => composeKernelLine({ ...input, add })).toThrow(/2048/)
  })

  test('counts an address that iPXE fills in with the length it will have', () => {
    const { mac: _, ...anywhere } = input
    const used = composeKernelLine(input).arguments.join(' ').length
    const pads = ['x', 'y', 'z', 'w'].map((name) => `${name}=${'p'.repeat(350)}`)
    const last = `v=${'p'.repeat(2047 - used - pads.join(' ').length - 4)}`

    expect(() => composeKernelLine({ ...anywhere, add: [...pads, last] })).not.toThrow()
    expect(() => composeKernelLine({ ...anywhere, add: [...pads, `${last}p`] })).toThrow(/2048 bytes long/)
  })

  test.prop([fc.array(fc.string()), fc.array(fc.string())])(
    'whatever is asked for, it is a line or a Failure',
    (add, remove) => {
      try {
        expect(composeKernelLine({ ...input, add, remove }).arguments.join(' ')).toMatch(/^[\x20-\x7e]*$/)
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
      }
    },
  )
})

test('a small root file system gets the time the ISO menu gives it, a large one more', () => {
  expect(rootWaitSeconds(100_000_000)).toBe(600)
  expect(rootWaitSeconds(4_200_000_000)).toBeGreaterThan(3000)
})
