import { Failure } from './failure.ts'

/**
 * What proves that a host is ready. `auto`: the phone-home of the disk boot, or a Local UI that answers, whichever
 * is there first.
 */
export type ReadyProbe =
  | { readonly kind: 'auto' }
  | { readonly kind: 'phone-home' }
  | { readonly kind: 'local-ui'; readonly port: number }
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'url'; readonly url: string }
  /** Registered in Palette and healthy there. */
  | { readonly kind: 'palette' }

/** Port of Palette's Local UI unless the user-data says otherwise. */
export const LOCAL_UI_PORT = 5080

/** Failure `probe.invalid` naming the forms that exist. `localUiPort` comes from the user-data. */
export function parseReadyProbe(text: string, localUiPort = LOCAL_UI_PORT): ReadyProbe {
  if (text === 'auto' || text === 'phone-home' || text === 'palette') return { kind: text }
  if (text === 'local-ui') return { kind: 'local-ui', port: localUiPort }
  const port = Number(/^tcp:(\d{1,5})$/.exec(text)?.[1] ?? Number.NaN)
  if (port >= 1 && port <= 65_535) return { kind: 'tcp', port }
  if (isProbeUrl(text)) return { kind: 'url', url: text }
  throw new Failure(
    'probe.invalid',
    `--ready ${text}: expected auto, phone-home, local-ui, palette, tcp:PORT, or an http(s) URL in which {ip} stands for the host's address`,
  )
}

/** TCP ports of the guest that the probe has to reach from here. */
export function portsOfProbe(probe: ReadyProbe, localUiPort = LOCAL_UI_PORT): readonly number[] {
  switch (probe.kind) {
    case 'auto':
      return [localUiPort]
    case 'phone-home':
    case 'palette':
      return []
    case 'local-ui':
    case 'tcp':
      return [probe.port]
    case 'url':
      return [portOfUrl(probe.url)].filter((port) => port !== undefined)
  }
}

/** The port a probe URL names, or its scheme's; `undefined` when it leads elsewhere than to the host (`{ip}`). */
export function portOfUrl(url: string): number | undefined {
  const match = /^(https?):\/\/\{ip\}(?::(\d{1,5}))?(?:[/?#]|$)/.exec(url)
  if (!match) return undefined
  return match[2] ? Number(match[2]) : match[1] === 'https' ? 443 : 80
}

function isProbeUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s@]+$/.test(text) || text.length > 2048) return false
  const port = /^https?:\/\/[^/:]+:(\d+)/.exec(text)?.[1]
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)
}
