import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from '../../src/codec/dhcp4/message.ts'
import type { Asking } from './dhcp-asker.ts'
import { lineOf } from './netboot-lab.ts'
import { readPcap } from './read-pcap.ts'

const ASKER = fileURLToPath(new URL('dhcp-asker.ts', import.meta.url))

/** From where a message goes to where. */
export type DhcpPath = Omit<Asking, 'message' | 'flood'>

/** A message that a real client has sent: the packet of this number in a capture. */
export function capturedDhcp(capture: string, index: number): DhcpMessage {
  const found = readPcap(new URL(`../fixtures/netboot/${capture}.pcap`, import.meta.url)).find(
    (one) => one.index === index,
  )
  if (!found) throw new Error(`${capture} has no packet ${index}`)
  return decodeDhcp(found.payload)
}

/** Sends a message in a network namespace (`ip netns exec NAME`) and resolves with the first answer to it. */
export async function askDhcp(
  namespace: readonly string[],
  message: DhcpMessage,
  path: DhcpPath,
): Promise<DhcpMessage> {
  await using asker = startAsker(namespace, message, path)
  return decodeDhcp(Buffer.from(await lineOf(asker.process, /^[0-9a-f]{480,}$/), 'hex'))
}

/** The message as if from ever other machines, until it is disposed. */
export function floodDhcp(
  namespace: readonly string[],
  message: DhcpMessage,
  path: DhcpPath,
  perSecond: number,
): Asker {
  return startAsker(namespace, message, { ...path, flood: perSecond })
}

interface Asker extends AsyncDisposable {
  readonly process: ChildProcess
}

function startAsker(
  [program = '', ...before]: readonly string[],
  message: DhcpMessage,
  path: Omit<Asking, 'message'>,
): Asker {
  const asking: Asking = { ...path, message: Buffer.from(encodeDhcp(message)).toString('hex') }
  const child = spawn(program, [...before, process.execPath, ASKER, JSON.stringify(asking)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  return {
    process: child,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
