import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { congestionControl } from './own-network.ts'

/** What everything was measured on. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  readonly system: string
  /** How the kernel decides how fast a TCP connection sends: it is in every figure of a download. */
  readonly congestionControl: string
}

export function describeMachine(): Machine {
  const all = cpus()
  return {
    processor: all[0]?.model ?? 'unknown',
    cores: all.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform,
    congestionControl: congestionControl(),
  }
}
