import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createQmpParser, encodeQmpCommand } from '../../codec/qmp/qmp-message.ts'
import type { Acceleration } from './qemu-arguments.ts'
import { QEMU } from './tools.ts'

export interface AccelerationChoice {
  readonly acceleration: Acceleration
  /** Why not KVM, for people. */
  readonly reason: string
}

/** A throw-away machine gets this long to show that its CPU runs. Milliseconds. */
const TRIAL_MS = 1500

/**
 * What this machine can really do: `/dev/kvm` may open and still stop in the firmware with an internal error, so a
 * throw-away machine is started and asked. Remembered in the directory until the next boot of this machine.
 */
export async function probeAcceleration(directory: string): Promise<AccelerationChoice> {
  const cache = join(directory, '.acceleration.json')
  const bootId = readBootId()
  const known = readCache(cache, bootId)
  if (known) return known
  const choice = await tryKvm()
  writeFileSync(cache, JSON.stringify({ bootId, ...choice }), { mode: 0o600 })
  return choice
}

async function tryKvm(): Promise<AccelerationChoice> {
  if (!existsSync('/dev/kvm')) return { acceleration: 'tcg', reason: 'there is no /dev/kvm' }
  const args = [
    '-accel',
    'kvm',
    '-cpu',
    'host',
    '-machine',
    'q35',
    '-m',
    '64',
    '-display',
    'none',
    '-nodefaults',
  ]
  const child = spawn(QEMU, [...args, '-qmp', 'stdio'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const parser = createQmpParser()
  let status = 'no answer'
  let complaint = ''
  child.on('error', (error) => {
    complaint = error.message
  })
  child.stdin.on('error', () => undefined)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 500)
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const message of parser.push(text)) {
      if (message.kind === 'return' && message.id === 2)
        status = String((message.value as { status?: unknown }).status)
    }
  })
  child.stdin.write(encodeQmpCommand('qmp_capabilities', 1))
  await sleep(TRIAL_MS)
  child.stdin.write(encodeQmpCommand('query-status', 2))
  await sleep(TRIAL_MS / 5)
  child.kill('SIGKILL')
  if (status === 'running') return { acceleration: 'kvm', reason: '' }
  return {
    acceleration: 'tcg',
    reason: `KVM does not work here: ${complaint.trim().split('\n')[0] || status}`,
  }
}

function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function readCache(path: string, bootId: string): AccelerationChoice | undefined {
  try {
    const cached = JSON.parse(readFileSync(path, 'utf8'))
    if (cached.bootId !== bootId || (cached.acceleration !== 'kvm' && cached.acceleration !== 'tcg'))
      return undefined
    return { acceleration: cached.acceleration, reason: String(cached.reason) }
  } catch {
    return undefined
  }
}
