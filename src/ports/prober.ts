/** One look at whether a host answers. Never throws for a host that does not: that is `ok: false`. */
export interface ProbeOutcome {
  readonly ok: boolean
  readonly detail: string
}

export interface Prober {
  tcp(host: string, port: number, signal: AbortSignal): Promise<ProbeOutcome>
  /** A TLS handshake, whatever certificate. */
  tls(host: string, port: number, signal: AbortSignal): Promise<ProbeOutcome>
  /** GET; 2xx and 3xx are ok. Certificates are not checked: hosts sign their own. */
  http(url: string, signal: AbortSignal): Promise<ProbeOutcome>
}
