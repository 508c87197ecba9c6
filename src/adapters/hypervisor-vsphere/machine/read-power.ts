import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { PowerState } from '../../../domain/machine.ts'

/** What says whether a machine is on, and whether the server can know. */
export const POWER_PROPERTIES = ['runtime.powerState', 'runtime.connectionState'] as const

/**
 * The power of a machine. `isSure` is false while the server has lost sight of it: its host is disconnected, or its files
 * cannot be read. One that is suspended is not through: it goes on some day.
 */
export function readPower(properties: ReadonlyMap<string, XmlElement>): {
  readonly state: PowerState | undefined
  readonly isSure: boolean
} {
  const power = properties.get('runtime.powerState')?.text
  const connection = properties.get('runtime.connectionState')?.text ?? 'connected'
  const state = power ? (power === 'poweredOff' ? 'off' : 'on') : undefined
  return { state, isSure: connection === 'connected' }
}

export function isSuspended(properties: ReadonlyMap<string, XmlElement>): boolean {
  return properties.get('runtime.powerState')?.text === 'suspended'
}
