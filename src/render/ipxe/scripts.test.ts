import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { renderAutoexec } from './autoexec.ts'
import { renderBootScript } from './boot-script.ts'
import { renderClassicScript } from './classic-script.ts'
import { renderInstallScript } from './install-script.ts'
import { renderLocalBootScript } from './local-boot-script.ts'
import { scriptText } from './script-text.ts'
import { renderUnknownHostScript } from './unknown-host-script.ts'
import { renderWaitScript } from './wait-script.ts'

const base = 'http://192.0.2.1:8080'

describe('the script on self-chaining media', () => {
  test('tries one network card after the other and reboots in the end', () => {
    expect(renderAutoexec({ base })).toBe(`#!ipxe
echo edgeboot: looking for http://192.0.2.1:8080
set round:int32 0
:again
inc round
set idx:int32 0
:card
isset \${net\${idx}/mac} || goto pause
echo edgeboot: round \${round}, network card net\${idx} (\${net\${idx}/mac})
ifopen net\${idx} || goto next
iflinkwait --timeout 30000 net\${idx} ||
dhcp net\${idx} || goto no_address
chain --replace --autofree http://192.0.2.1:8080/boot.ipxe ||
echo edgeboot: no answer from http://192.0.2.1:8080. Check that edgeboot runs there and that port and firewall let it through.
goto next
:no_address
echo edgeboot: net\${idx} got no address. Check its cable, DHCP and the VLAN.
:next
ifclose net\${idx} ||
inc idx
iseq \${idx} 8 || goto card
:pause
iseq \${round} 10 && goto give_up ||
sleep 5
goto again
:give_up
echo edgeboot: no network card reached http://192.0.2.1:8080. Rebooting in 30 s.
sleep 30
reboot
`)
  })
})

describe('the script that is the same for all', () => {
  test('asks with everything iPXE knows of the machine', () => {
    const lines = renderBootScript({ base }).split('\n')

    expect(lines[0]).toBe('#!ipxe')
    expect(lines).toContain(
      'chain --replace --autofree http://192.0.2.1:8080/ipxe?mac=${netX/mac}&uuid=${uuid}&serial=${serial:uristring}' +
        '&asset=${asset:uristring}&manufacturer=${manufacturer:uristring}&product=${product:uristring}' +
        '&platform=${platform}&buildarch=${buildarch}&version=${version:uristring} && goto ask_done ||',
    )
  })
})

describe('the script that installs', () => {
  const script = renderInstallScript({
    host: 'edge-1',
    base,
    kernelUrl: `${base}/b/id/palette-kernel`,
    initrdUrl: `${base}/b/id/palette-initrd`,
    kernelArguments: [
      'initrd=palette-initrd',
      'netboot',
      'config_url=http://192.0.2.1:8080/h/secret/config.yaml',
    ],
  })

  test('frees images, loads kernel and initrd with retries, boots, and reboots rather than end at a prompt', () => {
    const steps = script.split('\n').filter((line) => /^(imgfree|kernel|initrd|boot|reboot|:)/.test(line))

    expect(steps[0]).toBe('imgfree')
    expect(steps[1]).toBe(
      'kernel --timeout 60000 --name palette-kernel http://192.0.2.1:8080/b/id/palette-kernel initrd=palette-initrd netboot ' +
        'config_url=http://192.0.2.1:8080/h/secret/config.yaml && goto kernel_done ||',
    )
    expect(steps.filter((line) => line.startsWith('kernel')).length).toBe(8)
    expect(steps).toContain(
      'initrd --timeout 60000 --name palette-initrd http://192.0.2.1:8080/b/id/palette-initrd && goto initrd_done ||',
    )
    expect(steps.slice(-2)).toEqual(['boot ||', 'reboot'])
  })

  test('never shows the secret on the console', () => {
    const shown = script.split('\n').filter((line) => line.startsWith('echo'))

    expect(shown.join('\n')).not.toContain('secret')
  })

  test('uses the same name for the initrd image and the kernel argument, as the EFI stub wants it', () => {
    expect(script).toContain('--name palette-initrd')
    expect(script).toContain('initrd=palette-initrd')
  })
})

test('the classic script has the kernel line of the published guide, word for word', () => {
  expect(renderClassicScript({ base })).toContain(
    'http://192.0.2.1:8080/palette-kernel initrd=palette-initrd rd.neednet=1 ip=dhcp rd.cos.disable ' +
      'root=live:http://192.0.2.1:8080/palette.squashfs netboot install-mode ' +
      'config_url=http://192.0.2.1:8080/config.yaml console=tty1 &&',
  )
})

test('an installed BIOS machine boots its first drive, an installed UEFI machine goes back to its firmware', () => {
  expect(renderLocalBootScript({ platform: 'bios' })).toContain('sanboot --no-describe --drive 0x80 ||\n')
  expect(renderLocalBootScript({ platform: 'uefi' })).toBe(
    '#!ipxe\necho edgeboot: this machine is installed; it boots from its disk\nexit\n',
  )
})

test('a waiting machine is told for how long', () => {
  expect(renderWaitScript({ host: 'edge-1', retryAfterSeconds: 10 })).toContain('it asks again in 10 s')
})

test('an unknown machine is told what is known of it', () => {
  expect(renderUnknownHostScript({ mac: '52:54:00:00:00:01', uuid: 'x' })).toContain(
    'address is 52:54:00:00:00:01',
  )
})

test.prop([fc.string({ unit: 'binary' })])(
  'text from outside cannot become a command, a setting or a new line',
  (text) => {
    const harmless = scriptText(text)

    expect(harmless).toMatch(/^[A-Za-z0-9 .,:;/_=@()+?-]*$/)
    expect(harmless.length).toBeLessThanOrEqual(128)
  },
)
