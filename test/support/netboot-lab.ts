import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Addresses of the network in the lab. */
export const LAB = {
  server: '10.77.0.1',
  site: '10.77.0.2',
  /** A second network that the server is on. */
  otherServer: '10.78.0.1',
  otherSite: '10.78.0.2',
} as const

/** A site's network with its own DHCP server, in network namespaces; everything goes when it is disposed. */
export interface NetbootLab extends AsyncDisposable {
  readonly directory: string
  /** Command and arguments in front of whatever is to run on the machine of Edgeboot. */
  readonly inServer: readonly string[]
  /** Starts a process on the machine of Edgeboot; it ends with the lab. */
  start(command: string, args: readonly string[]): ChildProcess
  /** A DHCP server as sites have it, in another machine on the network. */
  startSiteDhcp(more?: readonly string[]): Promise<void>
  /** A virtual machine on the network, powered on, without any medium. Resolves when QEMU runs. */
  startMachine(options: LabMachine): Promise<LabMachineRun>
  /** A card on the first network, for what asks there: where the site's DHCP server runs when it does. */
  readonly client: readonly string[]
  /** The name of that card. */
  readonly clientCard: string
  /** A card on the second network, for what asks there. */
  readonly otherClient: readonly string[]
}

export interface LabMachine {
  readonly name: string
  readonly mac: string
  readonly uuid?: string
  readonly firmware: 'bios' | 'uefi' | 'arm64'
  /** GiB of an empty disk; without one there is none. */
  readonly disk?: number
  readonly memoryMiB?: number
  /** QEMU options for the card's own ROM: none leaves the firmware to its own means. */
  readonly hasRom?: boolean
  readonly more?: readonly string[]
  /** The disk is tried before the network. */
  readonly isDiskFirst?: boolean
}

export interface LabMachineRun {
  readonly process: ChildProcess
  /** What it wrote to its serial console yet. */
  console(): string
}

/** Builds it. Needs root; takes a tenth of a second. */
export async function openNetbootLab(): Promise<NetbootLab> {
  const id = randomBytes(3).toString('hex')
  const [server, site, other] = [`eb-s-${id}`, `eb-d-${id}`, `eb-o-${id}`]
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-netboot-'))
  const children: ChildProcess[] = []
  const ip = (line: string): void => void execFileSync('ip', line.split(' '), { stdio: 'pipe' })
  for (const name of [server, site, other]) ip(`netns add ${name}`)
  for (const line of [
    `-n ${server} link set lo up`,
    `-n ${server} link add br0 type bridge forward_delay 0`,
    `-n ${server} addr add ${LAB.server}/24 dev br0`,
    `-n ${server} link set br0 up`,
    `link add s${id} netns ${server} type veth peer name d${id} netns ${site}`,
    `-n ${server} link set s${id} master br0 up`,
    `-n ${site} addr add ${LAB.site}/24 dev d${id}`,
    `-n ${site} link set d${id} up`,
    `-n ${site} link set lo up`,
    `link add t${id} netns ${server} type veth peer name o${id} netns ${other}`,
    `-n ${server} addr add ${LAB.otherServer}/24 dev t${id}`,
    `-n ${server} link set t${id} up`,
    `-n ${other} addr add ${LAB.otherSite}/24 dev o${id}`,
    `-n ${other} link set o${id} up`,
  ])
    ip(line)
  let taps = 0

  function start(command: string, args: readonly string[], namespace = server): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout?.resume()
    child.stderr?.resume()
    children.push(child)
    return child
  }

  return {
    directory,
    inServer: ['ip', 'netns', 'exec', server],
    client: ['ip', 'netns', 'exec', site],
    clientCard: `d${id}`,
    otherClient: ['ip', 'netns', 'exec', other],
    start,
    startSiteDhcp: async (more = []) => {
      const child = start(
        'dnsmasq',
        [
          '--no-daemon',
          '--conf-file=/dev/null',
          '--port=0',
          '--log-dhcp',
          `--listen-address=${LAB.site}`,
          '--bind-interfaces',
          '--dhcp-range=10.77.0.100,10.77.0.200,255.255.255.0,1h',
          `--dhcp-option=option:router,${LAB.site}`,
          '--dhcp-authoritative',
          `--dhcp-leasefile=${join(directory, 'leases')}`,
          ...more,
        ],
        site,
      )
      await lineOf(child, /started, version/)
    },
    startMachine: async (machine) => {
      const tap = `tap${taps}`
      taps += 1
      ip(`-n ${server} tuntap add dev ${tap} mode tap`)
      ip(`-n ${server} link set ${tap} master br0 up`)
      const serial = join(directory, `${machine.name}.serial`)
      const child = start(...qemuLine(machine, tap, serial, directory))
      await once(child, 'spawn')
      return {
        process: child,
        console: () => {
          try {
            return readFileSync(serial, 'latin1')
          } catch {
            return ''
          }
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) await end(child)
      for (const name of [server, site, other]) ip(`netns del ${name}`)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function qemuLine(machine: LabMachine, tap: string, serial: string, directory: string): [string, string[]] {
  const { name, mac, firmware, disk, memoryMiB = 1536, hasRom = true, uuid, more = [] } = machine
  const file = (suffix: string): string => join(directory, `${name}.${suffix}`)
  const card = firmware === 'bios' && hasRom ? '' : ',romfile='
  const options = [
    ...[
      '-name',
      name,
      '-m',
      String(memoryMiB),
      '-smp',
      '2',
      '-display',
      'none',
      '-no-user-config',
      '-nodefaults',
    ],
    ...['-serial', `file:${serial}`, '-vga', 'none'],
    ...['-netdev', `tap,id=n0,ifname=${tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=n0,mac=${mac},bootindex=1${card}`],
    ...['-device', 'virtio-rng-pci'],
    ...(uuid === undefined ? [] : ['-uuid', uuid]),
    ...more,
  ]
  if (disk !== undefined) {
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file('qcow2'), `${disk}G`])
    options.push(
      '-drive',
      `if=none,id=d0,file=${file('qcow2')},cache=unsafe`,
      '-device',
      `virtio-blk-pci,drive=d0,bootindex=${machine.isDiskFirst ? 0 : 2}`,
    )
  }
  if (firmware === 'arm64') {
    const machineType = [
      '-machine',
      'virt',
      '-cpu',
      'cortex-a57',
      '-bios',
      '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd',
    ]
    return ['qemu-system-aarch64', [...machineType, ...options]]
  }
  const accel = ['-accel', 'tcg,thread=multi', '-machine', 'q35', '-cpu', 'max']
  if (firmware === 'bios') return ['qemu-system-x86_64', [...accel, ...options]]
  execFileSync('cp', ['/usr/share/OVMF/OVMF_VARS_4M.fd', file('vars')])
  const flash = [
    ...['-drive', 'if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd'],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${file('vars')}`],
  ]
  return ['qemu-system-x86_64', [...accel, ...flash, ...options]]
}

/** Resolves with the first line on stdout or stderr that matches; rejects when the process ends without one. */
export function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const look = (piece: Buffer): void => {
      text += piece.toString('utf8')
      const found = text.split('\n').find((line) => pattern.test(line))
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', (code) =>
      reject(new Error(`it ended with ${code} before it said ${pattern}:\n${text.slice(-3000)}`)),
    )
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  // `ip netns exec` becomes the program itself.
  child.kill('SIGKILL')
  await closed
}
