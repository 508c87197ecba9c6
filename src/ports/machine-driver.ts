import type { KeyChord } from '../domain/key-chord.ts'
import type { MachineSpec, PowerChange, PowerState } from '../domain/machine.ts'

/** A hypervisor or other place where machines are made. Differences are `can` flags, never the kind. */
export interface MachineDriver extends AsyncDisposable {
  readonly kind: 'qemu' | 'vsphere' | 'redfish'
  readonly can: {
    readonly typeKeys: boolean
    readonly screenshot: boolean
    /** False where a guest that resets itself goes unnoticed. */
    readonly seeGuestResets: boolean
    /** True when guests reach this process under a fixed address of the hypervisor's own (see `serverAddress`). */
    readonly forwardPorts: boolean
  }
  /** A sentence for people: what runs the machines and how (version, acceleration). */
  describe(signal: AbortSignal): Promise<string>
  /** Address under which guests of this network reach this process, when the driver knows one (after `describe`). */
  serverAddress(spec: Pick<MachineSpec, 'network'>): string | undefined
  /**
   * Rejects with what would keep it from making such a machine, as far as that can be told without making one: nobody
   * may log in, a place is unknown, firmware is missing. Nothing is changed.
   */
  check(spec: Omit<MachineSpec, 'mac' | 'uuid'>, signal: AbortSignal): Promise<void>
  /**
   * Makes the machine, switched off; the same spec again finds it. Its `spec` says the addresses that it has got.
   * Failure `machine.exists-differently` otherwise, `driver.refused` when something that we did not make is in its place.
   */
  create(spec: MachineSpec, signal: AbortSignal): Promise<Machine>
  /**
   * The machine of that name that we made, running or not, also after this process was killed and started anew.
   * Failure `driver.refused` when what is kept of it is damaged; `delete` works then.
   */
  find(name: string, signal: AbortSignal): Promise<Machine | undefined>
  /**
   * Switches it off, also while it starts, and removes all its files, also damaged ones. Nothing to do is success.
   * Its `Machine` says `machine.wrong-state` from then on. Failure `driver.refused`, and nothing is touched, when it
   * is not ours.
   */
  delete(name: string, signal: AbortSignal): Promise<void>
}

/** The drivers there are, each by the name hosts and fleet files know it by. */
export interface MachineDrivers {
  readonly kinds: readonly MachineDriver['kind'][]
  /** Failure `driver.unknown` for one that is not there, and what it would need. */
  of(kind: string): MachineDriver
}

/** One machine that can be switched. All calls are safe to repeat. */
export interface Machine {
  readonly name: string
  /** What it was made of, where we made it. */
  readonly spec?: MachineSpec
  /** File that everything the guest writes to its serial console is kept in, where the driver keeps one. */
  readonly consoleLogPath?: string
  powerState(signal: AbortSignal): Promise<PowerState>
  /** `off` and `reset` are the hard kind, as by a button. `on` when on and `off` when off do nothing. */
  power(action: 'on' | 'off' | 'reset', signal: AbortSignal): Promise<void>
  /**
   * Puts the ISO file into the CD drive, or empties the drive. Only while the machine is off. `first`: it is booted
   * although the disk could be, as long as it is there.
   */
  setMedia(
    isoPath: string | undefined,
    signal: AbortSignal,
    options?: { readonly first: boolean },
  ): Promise<void>
  /** Presses the chords one after the other, `intervalMs` apart. Needs `can.typeKeys`. */
  typeKeys(chords: readonly KeyChord[], intervalMs: number, signal: AbortSignal): Promise<void>
  /** The console as PNG. Needs `can.screenshot` and the power on. */
  screenshot(signal: AbortSignal): Promise<Uint8Array>
  /**
   * Power changes as they happen, beginning with the present state (cause as far as known: a machine that
   * switched itself off while nobody was listening says `guest-shutdown`). Ends when the signal aborts. A connection
   * that is cut is restored meanwhile; of resets nobody saw nothing is told.
   */
  watch(signal: AbortSignal): AsyncIterable<PowerChange>
  /** Where this process can reach a TCP port of the guest, if the network is the hypervisor's own. */
  endpoint(port: number): { readonly host: string; readonly port: number } | undefined
}
