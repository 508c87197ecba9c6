import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBootId } from './boot-id.ts'
import { probeDisk } from './probe-program.ts'
import type { Acceleration } from './qemu-arguments.ts'
import { QEMU } from './tools.ts'

export interface AccelerationChoice {
  readonly acceleration: Acceleration
  /** Why not KVM, for people. */
  readonly reason: string
}

/** A throw-away machine that works is through its boot sector in about a second. Milliseconds. */
const TRIAL_LIMIT_MS = 10_000

/**
 * What this machine can really do. `/dev/kvm` may open, run the firmware and still stop at the first boot loader,
 * so a throw-away machine has to show it. Remembered in the directory until the next boot of this machine.
 */
export async function probeAcceleration(directory: string): Promise<AccelerationChoice> {
  const cache = join(directory, '.acceleration.json')
  const bootId = readBootId()
  const known = readCache(cache, bootId)
  if (known) return known
  const choice = await tryKvm(join(directory, '.acceleration-probe.img'))
  writeFileSync(cache, JSON.stringify({ bootId, ...choice }), { mode: 0o600 })
  return choice
}

async function tryKvm(disk: string): Promise<AccelerationChoice> {
  if (!existsSync('/dev/kvm')) return { acceleration: 'tcg', reason: 'there is no /dev/kvm' }
  writeFileSync(disk, probeDisk())
  try {
    const complaint = await runProbe(disk)
    return complaint === undefined
      ? { acceleration: 'kvm', reason: '' }
      : { acceleration: 'tcg', reason: `KVM does not work here: ${complaint}` }
  } finally {
    rmSync(disk, { force: true })
  }
}

/** Nothing when the probe powered itself off, otherwise what went wrong. */
function runProbe(disk: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const drive = `if=none,id=probe,format=raw,readonly=on,file=${disk.replaceAll(',', ',,')}`
    const machine = [
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
    const child = spawn(QEMU, [...machine, '-drive', drive, '-device', 'virtio-blk-pci,drive=probe'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    const timer = setTimeout(() => end('a machine did not get through its boot sector'), TRIAL_LIMIT_MS)
    const end = (outcome: string | undefined): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      resolve(outcome)
    }
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000)
      // QEMU stays, stopped, after an internal error.
      if (/KVM internal error/.test(said)) end('KVM internal error')
    })
    child.once('error', (error) => end(error.message))
    child.once('exit', (code) =>
      end(code === 0 ? undefined : said.trim().split('\n').at(-1) || `exit code ${code}`),
    )
  })
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
