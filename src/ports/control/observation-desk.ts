import type { Finding } from '../../domain/doctor/finding.ts'
import type { Bottleneck, ThroughputSample } from '../../domain/throughput.ts'
import type { AuditRecord } from '../authenticator.ts'
import type { Page, PageRequest } from './paging.ts'

export interface AuditEntry extends AuditRecord {
  readonly id: number
  /** Epoch milliseconds. */
  readonly time: number
}

export interface AuditFilter {
  readonly who?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly outcome?: AuditRecord['outcome'] | undefined
}

/** A driver as it says of itself. */
export interface DriverView {
  readonly kind: string
  readonly usable: boolean
  /** What it is, or why it is not usable; without secrets. */
  readonly detail: string
}

/** What this server is, and how hosts reach it. */
export interface AboutView {
  readonly version: string
  /** Where hosts reach the boot listener, by the address they are told. */
  readonly bootUrl: string
  readonly bootScriptUrl: string
  readonly drivers: readonly DriverView[]
  /** What answers firmware here, in words. */
  readonly services: readonly string[]
}

export interface AboutDesk {
  /** Quick also while a driver does not answer: that is said instead. */
  about(): Promise<AboutView>
}

/** What was sent lately, and what holds it up. */
export interface ThroughputView {
  readonly intervalMs: number
  /** Oldest first. */
  readonly samples: readonly ThroughputSample[]
  /** Speed of the network card hosts are served through, where it is known. */
  readonly linkBytesPerSecond?: number | undefined
  readonly bottleneck: Bottleneck
}

export interface ThroughputDesk {
  /** Samples that ended later than `after`, epoch milliseconds; all without it. */
  throughput(after: number | undefined): Promise<ThroughputView>
}

/** What the doctor found. */
export interface DoctorView {
  /** Epoch milliseconds. */
  readonly at: number
  /** The worst of all. */
  readonly verdict: Finding['verdict']
  readonly findings: readonly Finding[]
}

export interface DoctorDesk {
  /** Looks at the server as it runs, for a minute at most; who asks meanwhile gets the same report. Changes nothing. */
  examine(): Promise<DoctorView>
}

export interface ObservationDesk {
  /** Newest first. */
  audit(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>
  /** Prometheus text format. */
  metrics(): Promise<string>
  /** Whether it is of use to send requests here, and if not, why not, in sentences without secrets. */
  readiness(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }>
}
