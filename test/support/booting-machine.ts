import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a machine under test is made of; each has one network card without a ROM of its own. */
export type Board = 'bios' | 'uefi' | 'arm64'

const FLASH = 'if=pflash,format=raw'
const BOARDS: Readonly<Record<Board, readonly string[]>> = {
  bios: ['qemu-system-x86_64', '-machine', 'q35', '-cpu', 'max'],
  uefi: [
    ...['qemu-system-x86_64', '-machine', 'q35', '-cpu', 'max'],
    ...['-drive', `${FLASH},readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd`],
    ...['-drive', `${FLASH},snapshot=on,file=/usr/share/OVMF/OVMF_VARS.fd`],
  ],
  arm64: [
    ...['qemu-system-aarch64', '-machine', 'virt', '-cpu', 'cortex-a57'],
    ...['-bios', '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd'],
  ],
}

/** An image in a CD drive. */
export function inDrive(image: string): readonly string[] {
  const drive = `if=none,id=c,format=raw,readonly=on,media=cdrom,file=${image}`
  return ['-drive', drive, '-device', 'virtio-scsi-pci', '-device', 'scsi-cd,drive=c,bootindex=1']
}

/** An image on a USB stick. */
export function asStick(image: string): readonly string[] {
  const drive = `if=none,id=u,format=raw,readonly=on,file=${image}`
  return ['-drive', drive, '-device', 'qemu-xhci', '-device', 'usb-storage,drive=u,bootindex=1']
}

/** A machine under emulation that runs until it is disposed of. */
export interface BootingMachine extends AsyncDisposable {
  /** What is awaited, or a rejection when the machine ends before. */
  until<T>(happening: Promise<T>): Promise<T>
}

export function startMachine(
  board: Board,
  { devices, network = 'user' }: { readonly devices: readonly string[]; readonly network?: string },
): BootingMachine {
  const [program = '', ...machine] = BOARDS[board]
  const qemu = spawn(
    program,
    [
      ...machine,
      ...['-accel', 'tcg,thread=multi', '-m', '512', '-display', 'none', '-no-reboot', '-nodefaults'],
      ...['-netdev', `${network},id=n`, '-device', 'virtio-net-pci,netdev=n,romfile=,mac=52:54:00:12:34:56'],
      ...devices,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  qemu.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(qemu, 'exit')
  const early = ended.then(([code]) => Promise.reject(new Error(`the machine ended (${code}): ${said}`)))
  early.catch(() => undefined)
  return {
    until: (happening) => Promise.race([happening, early]),
    [Symbol.asyncDispose]: async () => {
      qemu.kill('SIGKILL')
      await ended.catch(() => undefined)
    },
  }
}

/** A server that is asked for scripts, on loopback, which machines reach as 10.0.2.2. */
export interface ScriptServer extends AsyncDisposable {
  readonly port: number
  /** As the machines reach it. */
  readonly base: string
  /** Every path that was asked for, with its query. */
  readonly asked: readonly string[]
  /** The first request whose path is this one. */
  request(path: string): Promise<URL>
}

/** `scripts` by path; anything else is answered with one that switches the machine off. */
export async function openScriptServer(
  scripts: (base: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<ScriptServer> {
  const asked: string[] = []
  const awaited = new Map<string, PromiseWithResolvers<URL>>()
  const of = (path: string): PromiseWithResolvers<URL> => {
    const found = awaited.get(path) ?? Promise.withResolvers<URL>()
    awaited.set(path, found)
    return found
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', base)
    asked.push(`${url.pathname}${url.search}`)
    const script = scripts(base)[url.pathname] ?? '#!ipxe\npoweroff\n'
    response.writeHead(200, { 'content-length': script.length }).end(script)
    of(url.pathname).resolve(url)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const base = `http://10.0.2.2:${port}`
  return {
    port,
    base,
    asked,
    request: (path) => of(path).promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
