/** How a machine was switched. `woken`: nobody knows whether it heard. */
export type PowerOutcome =
  | { readonly way: 'switched' }
  | {
      readonly way: 'woken'
      /** The broadcast addresses that were called. */
      readonly networks: readonly string[]
      /** End of the window in which it may fetch the installer, where one was opened. */
      readonly armedUntil?: number | undefined
    }

export type HostLogSource = 'serial' | 'network' | 'all'

/** All: Failure `host.not-found`, and `host.wrong-state` where the host's life does not allow it. */
export interface HostActionDesk {
  /** Arms exactly one new installation. */
  reinstall(name: string, actor: string): Promise<void>
  /** Opens the window in which a host known by its MAC alone may fetch the installer. */
  arm(name: string, forMs: number, actor: string): Promise<void>
  approve(name: string, actor: string): Promise<void>
  /** Another try of a host that failed. */
  retry(name: string, actor: string): Promise<void>
  /**
   * Switches a machine of ours. A physical one can be switched on only: its card is called, and the window is opened
   * in which it may fetch the installer. Failure `wake.unsent`.
   */
  power(name: string, action: 'on' | 'off' | 'reset', actor: string): Promise<PowerOutcome>
  /** Removes the machine, where we made it, and forgets the host. */
  deleteHost(name: string, actor: string): Promise<void>
  /** A picture of the console, as PNG. */
  screenshot(name: string): Promise<Uint8Array>
  /** The end of what the host wrote to its serial console, at most `tailBytes` of it; empty when nothing is kept. */
  serialLog(name: string, tailBytes: number): Promise<string>
  /**
   * The end of the host's log, at most `tailBytes` of each source. `serial` is its serial console, `network` what it
   * sent over syslog and netconsole, `all` the one after the other. Without a source: `serial` where its machine keeps
   * one, otherwise `network`.
   */
  hostLog(name: string, source: HostLogSource | undefined, tailBytes: number): Promise<string>
}
