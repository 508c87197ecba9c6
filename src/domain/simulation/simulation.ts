/** What a machine asks for on its way, in order. */
export const REQUEST_KINDS = ['script', 'kernel', 'initrd', 'rootfs', 'config', 'report'] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]

/** One request of a simulated host. Times in milliseconds. */
export interface MeasuredRequest {
  readonly kind: RequestKind
  /** From the request to the first byte of the answer. */
  readonly firstByteMs: number
  /** From the request to the last byte. */
  readonly durationMs: number
  /** Of the body. */
  readonly bytes: number
  readonly isOk: boolean
}

/** How a simulated host fared. `refused`: the server gave it no installer. */
export interface SimulatedBoot {
  readonly outcome: 'installed' | 'refused' | 'failed'
  /** Why it was refused or failed. */
  readonly reason?: string
  /** From its first request to its end, ready or not, waiting included. Milliseconds. */
  readonly durationMs: number
  /** How often it was told to wait. */
  readonly waits: number
  readonly requests: readonly MeasuredRequest[]
}

/** Milliseconds: half, 95 and 99 of a hundred took no longer than that. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** All hosts together. */
export interface Simulation {
  readonly hosts: number
  readonly installed: number
  readonly refused: number
  readonly failed: number
  readonly waits: number
  /** From the first request of the first host to the end of the last. */
  readonly wallMs: number
  readonly bytes: number
  readonly bytesPerSecond: number
  /** Time to ready of the hosts that were installed: from the first request of each. `mean` is in milliseconds too. */
  readonly boot?: Percentiles & { readonly mean: number }
  readonly requests: Readonly<
    Partial<
      Record<
        RequestKind,
        {
          readonly count: number
          readonly failed: number
          readonly bytes: number
          readonly firstByte: Percentiles
          readonly duration: Percentiles
        }
      >
    >
  >
  /** Why hosts were refused or failed, the most frequent first; at most ten. */
  readonly reasons: readonly { readonly reason: string; readonly hosts: number }[]
}

const MAX_REASONS = 10

/** Adds up what the hosts saw. `wallMs` as in the result. */
export function summarizeSimulation(boots: readonly SimulatedBoot[], wallMs: number): Simulation {
  const count = (outcome: SimulatedBoot['outcome']): number =>
    boots.filter((boot) => boot.outcome === outcome).length
  const requests = boots.flatMap((boot) => boot.requests)
  const bytes = sum(requests.map((request) => request.bytes))
  const installed = boots.filter(({ outcome }) => outcome === 'installed')
  return {
    hosts: boots.length,
    installed: installed.length,
    refused: count('refused'),
    failed: count('failed'),
    waits: sum(boots.map(({ waits }) => waits)),
    wallMs,
    bytes,
    bytesPerSecond: wallMs > 0 ? (bytes * 1000) / wallMs : 0,
    ...(installed.length > 0 ? { boot: timesOf(installed) } : {}),
    requests: Object.fromEntries(
      REQUEST_KINDS.flatMap((kind) => {
        const same = requests.filter((request) => request.kind === kind)
        return same.length === 0 ? [] : [[kind, summaryOf(same)] as const]
      }),
    ),
    reasons: reasonsOf(boots),
  }
}

function timesOf(boots: readonly SimulatedBoot[]) {
  const times = boots.map(({ durationMs }) => durationMs)
  return { mean: sum(times) / times.length, ...percentiles(times) }
}

/** By the nearest rank; all 0 without values. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? 0 }
}

function summaryOf(requests: readonly MeasuredRequest[]) {
  return {
    count: requests.length,
    failed: requests.filter(({ isOk }) => !isOk).length,
    bytes: sum(requests.map(({ bytes }) => bytes)),
    firstByte: percentiles(requests.map(({ firstByteMs }) => firstByteMs)),
    duration: percentiles(requests.map(({ durationMs }) => durationMs)),
  }
}

function reasonsOf(boots: readonly SimulatedBoot[]): Simulation['reasons'] {
  const counts = new Map<string, number>()
  for (const { reason } of boots) {
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_REASONS)
    .map(([reason, hosts]) => ({ reason, hosts }))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
