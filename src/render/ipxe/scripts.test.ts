import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { MacAddress } from '../../domain/mac-address.ts'
import { renderAutoexec } from './autoexec.ts'
import { renderBootScript } from './boot-script.ts'
import { renderClassicScript } from './classic-script.ts'
import { renderInstallScript } from './install-script.ts'
import { renderLocalBootScript } from './local-boot-script.ts'
import { renderNetbootAutoexec } from './netboot-autoexec.ts'
import { renderRefusedScript } from './refused-script.ts'
import { scriptText } from './script-text.ts'
import { renderUnknownHostScript } from './unknown-host-script.ts'
import { renderWaitScript } from './wait-script.ts'

const base = 'http://192.0.2.1:8080'

describe('the script on self-chaining media', () => {
  test('tries one network card after the other and reboots in the end', () => {
    expect(renderAutoexec({ base, network: {} })).toBe(`#!ipxe
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
chain --timeout 30000 --replace --autofree http://192.0.2.1:8080/boot.ipxe ||
echo edgeboot: no answer from http://192.0.2.1:8080. Check that edgeboot runs there and that port and firewall let it through.
goto next
:no_address
echo edgeboot: net\${idx} got no address. Check its cable, DHCP and the VLAN.
goto next
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

describe('the script on media for one host', () => {
  test('takes its card only, in its VLAN, with its address, and tells the server by what names', () => {
    const network = {
      fixed: {
        address: '192.0.2.20',
        prefix: 25,
        gateway: '192.0.2.1',
        nameServers: ['192.0.2.53', '192.0.2.54'],
      },
      vlan: 42,
      syslog: '192.0.2.9',
      mac: '52:54:00:00:00:01' as MacAddress,
    }

    expect(renderAutoexec({ base, network })).toBe(`#!ipxe
echo edgeboot: looking for http://192.0.2.1:8080
set syslog 192.0.2.9
set edgeboot-vlan 42
set edgeboot-address 192.0.2.20/25
set edgeboot-gateway 192.0.2.1
set edgeboot-dns 192.0.2.53,192.0.2.54
set round:int32 0
:again
inc round
set idx:int32 0
:card
isset \${net\${idx}/mac} || goto pause
iseq \${net\${idx}/mac} 52:54:00:00:00:01 || goto other
echo edgeboot: round \${round}, network card net\${idx} (\${net\${idx}/mac})
ifopen net\${idx} || goto next
iflinkwait --timeout 30000 net\${idx} ||
vcreate --tag 42 net\${idx} || goto no_vlan
ifopen net\${idx}-42 || goto next
set net\${idx}-42/ip 192.0.2.20
set net\${idx}-42/netmask 255.255.255.128
set net\${idx}-42/gateway 192.0.2.1
set net\${idx}-42/dns 192.0.2.53
chain --timeout 30000 --replace --autofree http://192.0.2.1:8080/boot.ipxe ||
echo edgeboot: no answer from http://192.0.2.1:8080. Check that edgeboot runs there and that port and firewall let it through.
goto next
:no_vlan
echo edgeboot: this build of iPXE makes no VLAN on net\${idx}. It takes iPXE 2.0.
goto next
:other
echo edgeboot: net\${idx} (\${net\${idx}/mac}) is not the card that is meant, 52:54:00:00:00:01
goto next
:next
clear net\${idx}-42/ip ||
vdestroy net\${idx}-42 ||
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

  test('asks DHCP in the VLAN where no address is given, and never outside of it', () => {
    const lines = renderAutoexec({ base, network: { vlan: 7 } }).split('\n')

    expect(lines.filter((line) => line.startsWith('dhcp '))).toEqual(['dhcp net${idx}-7 || goto no_address'])
  })

  test('names what else can be wrong with HTTPS', () => {
    expect(renderAutoexec({ base: 'https://192.0.2.1', network: {} })).toContain(
      'and that port and firewall let it through and that iPXE trusts its certificate.',
    )
  })
})

describe('the script for machines that got iPXE over the network', () => {
  test('takes the card it came by first, then all as on media', () => {
    const text = renderNetbootAutoexec({ base, network: { syslog: '192.0.2.9' } })

    const [came, loop] = text.split(':search\n')
    expect(came).toBe(`#!ipxe
echo edgeboot: looking for http://192.0.2.1:8080
set syslog 192.0.2.9
isset \${netX/ip} || goto search
ifopen netX || goto search
echo edgeboot: using the network card that iPXE came by (\${netX/mac})
chain --timeout 30000 --replace --autofree http://192.0.2.1:8080/boot.ipxe ||
echo edgeboot: no answer from http://192.0.2.1:8080. Check that edgeboot runs there and that port and firewall let it through.
`)
    expect(renderAutoexec({ base, network: {} }).endsWith(loop ?? '')).toBe(true)
  })

  test('does not take the way it came where the server is in a VLAN', () => {
    const text = renderNetbootAutoexec({ base, network: { vlan: 42 } })

    expect(text).not.toContain('netX')
    expect(text).toContain('vcreate --tag 42 ')
  })
})

describe('the script that is the same for all', () => {
  test('asks with everything iPXE knows of the machine, again and again, and reboots in the end', () => {
    expect(renderBootScript({ base })).toBe(`#!ipxe
echo edgeboot: asking http://192.0.2.1:8080 what to do with \${netX/mac}
set attempt:int32 0
set pause:int32 1
:ask
inc attempt
inc pause \${pause}
chain --timeout 600000 --replace --autofree http://192.0.2.1:8080/ipxe?mac=\${netX/mac}&uuid=\${uuid}&serial=\${serial:uristring}&asset=\${asset:uristring}&manufacturer=\${manufacturer:uristring}&product=\${product:uristring}&hostname=\${hostname:uristring}&platform=\${platform}&buildarch=\${buildarch}&version=\${version:uristring}&address=\${edgeboot-address}&gateway=\${edgeboot-gateway}&dns=\${edgeboot-dns}&vlan=\${edgeboot-vlan} && goto ask_done ||
echo edgeboot: asking http://192.0.2.1:8080 for a boot script failed, attempt \${attempt} of 7. Check that edgeboot runs there.
iseq \${attempt} 7 && goto ask_failed ||
echo edgeboot: trying again in \${pause} s
sleep \${pause}
goto ask
:ask_failed
echo edgeboot: giving up. This machine reboots in 30 s and begins anew.
sleep 30
reboot
:ask_done
`)
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
    expect(script).toBe(`#!ipxe
echo edgeboot: edge-1 boots the installer from http://192.0.2.1:8080
imgfree
set attempt:int32 0
set pause:int32 1
:kernel
inc attempt
inc pause \${pause}
kernel --timeout 60000 --name palette-kernel http://192.0.2.1:8080/b/id/palette-kernel initrd=palette-initrd netboot config_url=http://192.0.2.1:8080/h/secret/config.yaml && goto kernel_done ||
echo edgeboot: loading the kernel (palette-kernel) from http://192.0.2.1:8080 failed, attempt \${attempt} of 7. Check that edgeboot runs there and the network to it.
iseq \${attempt} 7 && goto kernel_failed ||
echo edgeboot: trying again in \${pause} s
sleep \${pause}
goto kernel
:kernel_failed
echo edgeboot: giving up. This machine reboots in 30 s and begins anew.
sleep 30
reboot
:kernel_done
set attempt:int32 0
set pause:int32 1
:initrd
inc attempt
inc pause \${pause}
initrd --timeout 60000 --name palette-initrd http://192.0.2.1:8080/b/id/palette-initrd && goto initrd_done ||
echo edgeboot: loading the initrd (palette-initrd) from http://192.0.2.1:8080 failed, attempt \${attempt} of 7. Check that edgeboot runs there and the network to it.
iseq \${attempt} 7 && goto initrd_failed ||
echo edgeboot: trying again in \${pause} s
sleep \${pause}
goto initrd
:initrd_failed
echo edgeboot: giving up. This machine reboots in 30 s and begins anew.
sleep 30
reboot
:initrd_done
boot ||
echo edgeboot: the kernel cannot be started by this firmware. Check that the ISO is made for it. Rebooting in 30 s.
sleep 30
reboot
`)
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

describe('where syslog is received', () => {
  test('both scripts say so before all else, so that everything after it is sent', () => {
    const line = '#!ipxe\nset syslog 192.0.2.1 ||\necho edgeboot: '
    const urls = { kernelUrl: `${base}/b/id/palette-kernel`, initrdUrl: `${base}/b/id/palette-initrd` }
    const install = { host: 'edge-1', base, ...urls, kernelArguments: [] }

    expect(renderBootScript({ base, syslog: '192.0.2.1' })).toBe(
      renderBootScript({ base }).replace('#!ipxe\necho edgeboot: ', line),
    )
    expect(renderInstallScript({ ...install, syslog: '192.0.2.1' })).toBe(
      renderInstallScript(install).replace('#!ipxe\necho edgeboot: ', line),
    )
    expect(renderInstallScript(install)).not.toContain('syslog')
  })
})

test('the classic script loads what the published guide serves, by its names', () => {
  const script = renderClassicScript({ base, kernelArguments: ['initrd=palette-initrd', 'netboot'] })

  expect(script).toContain(
    '\nkernel --timeout 60000 --name palette-kernel http://192.0.2.1:8080/palette-kernel initrd=palette-initrd netboot && ',
  )
  expect(script).toContain(
    '\ninitrd --timeout 60000 --name palette-initrd http://192.0.2.1:8080/palette-initrd && ',
  )
})

describe('the script of an installed machine', () => {
  test('boots the first drive of a BIOS, and shows why when that cannot be', () => {
    expect(renderLocalBootScript({ platform: 'bios' })).toBe(`#!ipxe
echo edgeboot: this machine is installed; it boots from its disk
sanboot --no-describe --drive 0x80 ||
echo edgeboot: the disk cannot be booted. To install again: edgeboot host reinstall
sleep 30
exit
`)
  })

  test('goes back to a UEFI firmware, and to a BIOS when that is asked for', () => {
    const back = '#!ipxe\necho edgeboot: this machine is installed; it boots from its disk\nexit\n'

    expect(renderLocalBootScript({ platform: 'uefi' })).toBe(back)
    expect(renderLocalBootScript({ platform: 'bios', strategy: 'exit' })).toBe(back)
  })
})

test('a waiting machine is told for how long', () => {
  expect(renderWaitScript({ host: 'edge-1', retryAfterSeconds: 10 })).toBe(
    '#!ipxe\necho edgeboot: edge-1 has to wait; it asks again in 10 s\nsleep 10\nreboot\n',
  )
})

test('a machine in the name of a host whose boot another one has is told why it is not installed', () => {
  expect(
    renderRefusedScript({ host: 'edge-1', reason: 'its boot belongs to 52:54:00:00:00:01 "$x"' }),
  ).toBe(`#!ipxe
echo edgeboot: this machine is not installed as edge-1
echo edgeboot: its boot belongs to 52:54:00:00:00:01 ??x?
sleep 15
exit
`)
})

test('an unknown machine is told what is known of it and what can be done, then goes its own way', () => {
  expect(renderUnknownHostScript({ mac: '52:54:00:00:00:01', uuid: '${x}\nreboot || "' })).toBe(`#!ipxe
echo edgeboot: this machine is not known here and will not be installed
echo edgeboot: its network address is 52:54:00:00:00:01
echo edgeboot: its UUID is ??x??reboot ?? ?
echo edgeboot: it goes on with its next boot device in 15 s. To install a machine nobody announced, run edgeboot serve ISO
sleep 15
exit
`)
})

test('no script has a label twice or jumps to one that is not there', () => {
  const scripts = [
    renderAutoexec({ base, network: {} }),
    renderAutoexec({
      base,
      network: {
        vlan: 1,
        mac: '52:54:00:00:00:01' as MacAddress,
        fixed: { address: '192.0.2.2', prefix: 8, nameServers: [] },
      },
    }),
    renderAutoexec({ base, network: { vlan: 1 } }),
    renderNetbootAutoexec({ base, network: {} }),
    renderNetbootAutoexec({ base, network: { vlan: 42 } }),
    renderBootScript({ base }),
    renderClassicScript({ base, kernelArguments: [] }),
  ]

  for (const text of scripts) {
    const labels = [...text.matchAll(/^:(\w+)$/gm)].map(([, label]) => label)
    const targets = [...text.matchAll(/goto (\w+)/g)].map(([, label]) => label)
    expect(new Set(labels).size).toBe(labels.length)
    expect(labels).toEqual(expect.arrayContaining(targets))
  }
})

test.prop([fc.string({ unit: 'binary' })])(
  'text from outside cannot become a command, a setting or a new line',
  (text) => {
    const harmless = scriptText(text)

    expect(harmless).toMatch(/^[A-Za-z0-9 .,:;/_=@()+?-]*$/)
    expect(harmless.length).toBeLessThanOrEqual(128)
  },
)
