import { once } from 'node:events'
import { get } from 'node:http'

/** A physical host that is only its requests to the boot listener. */
export interface SimulatedHost {
  readonly mac: string
  /** Asks for its script, as iPXE does; resolves with it. */
  script(): Promise<string>
  /** The script it was handed last. */
  handed(): string
  /** Downloads a file of its boot to the end, or gives up after so many bytes. */
  download(role: 'kernel' | 'initrd' | 'rootfs', upToBytes?: number): Promise<void>
  /** Fetches its configuration. */
  config(): Promise<string>
  /** Reports a stage of its installation. */
  report(stage: string): Promise<void>
}

const NAMES = { kernel: 'palette-kernel', initrd: 'palette-initrd', rootfs: 'palette.squashfs' } as const

/** The host with this MAC address, whose window has to be open for it to be installed. */
export function simulatedHost(bootUrl: string, mac: string): SimulatedHost {
  const facts = {
    mac,
    uuid: '',
    manufacturer: 'Simulated',
    product: 'Box',
    platform: 'efi',
    buildarch: 'x86_64',
  }
  let script = ''
  const urlIn = (pattern: RegExp): string => {
    const found = pattern.exec(script)?.[0]
    if (!found) throw new Error(`the script of ${mac} has no ${pattern}:\n${script}`)
    return found
  }
  return {
    mac,
    script: async () => {
      const response = await fetch(`${bootUrl}/ipxe?${new URLSearchParams(facts)}`)
      script = await response.text()
      return script
    },
    handed: () => script,
    download: async (role, upToBytes = Number.POSITIVE_INFINITY) => {
      const base = urlIn(/https?:\/\/[^\s"]+\/b\/[A-Za-z0-9_-]+/)
      const request = get(`${base}/${NAMES[role]}`)
      const [response] = await once(request, 'response')
      let bytes = 0
      for await (const chunk of response) {
        bytes += chunk.length
        if (bytes >= upToBytes) break
      }
      request.destroy()
    },
    config: async () =>
      await (await fetch(urlIn(/https?:\/\/[^\s"]+\/h\/[A-Za-z0-9_-]+\/config\.yaml/))).text(),
    report: async (stage) => {
      const base = urlIn(/https?:\/\/[^\s"]+\/h\/[A-Za-z0-9_-]+/)
      await fetch(`${base}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stage }),
      })
    },
  }
}

/** `52:54:00:00:00:01` for 1. */
export function macOf(number: number): string {
  const hex = number.toString(16).padStart(6, '0')
  return `52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`
}
