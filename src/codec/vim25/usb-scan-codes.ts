import { Failure } from '../../domain/failure.ts'
import type { KeyChord } from '../../domain/key-chord.ts'
import { element, type XmlNode } from '../soap/render-xml.ts'
import { textOf, type XmlElement } from '../soap/xml-element.ts'
import { type VimCall, vimCall } from './call.ts'
import type { ManagedObject } from './reference.ts'

/** Usages of the keyboard page of USB (HID Usage Tables §10) by QEMU's key codes. */
const USAGES: Readonly<Record<string, number>> = {
  ...range('abcdefghijklmnopqrstuvwxyz', 0x04),
  ...range('1234567890', 0x1e),
  ret: 0x28,
  esc: 0x29,
  backspace: 0x2a,
  tab: 0x2b,
  spc: 0x2c,
  minus: 0x2d,
  equal: 0x2e,
  bracket_left: 0x2f,
  bracket_right: 0x30,
  backslash: 0x31,
  semicolon: 0x33,
  apostrophe: 0x34,
  grave_accent: 0x35,
  comma: 0x36,
  dot: 0x37,
  slash: 0x38,
  ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${index + 1}`, 0x3a + index])),
}

/** In the order of the type's definition (`UsbScanCodeSpecModifierType`). */
const MODIFIERS: readonly (readonly [chord: string, property: string])[] = [
  ['ctrl', 'leftControl'],
  ['shift', 'leftShift'],
  ['alt', 'leftAlt'],
]

/**
 * Presses and releases the chords one after the other (`PutUsbScanCodes`, vSphere 6.5 and later). Failure
 * `keys.untypable` for a chord that is not one key with ctrl, shift or alt.
 */
export function putUsbScanCodes(machine: ManagedObject, chords: readonly KeyChord[]): VimCall {
  return vimCall('PutUsbScanCodes', machine, element('spec', chords.map(keyEvent)))
}

/** How many events the machine took. */
export function readAcceptedKeys(answer: XmlElement): number {
  const accepted = Number.parseInt(textOf(answer, 'returnval') ?? '', 10)
  if (Number.isSafeInteger(accepted) && accepted >= 0) return accepted
  throw new Failure('packet.malformed', 'vSphere: PutUsbScanCodes answers no number of keys')
}

function keyEvent(chord: KeyChord): XmlNode {
  const pressed = MODIFIERS.filter(([key]) => chord.includes(key))
  const keys = chord.filter((key) => !MODIFIERS.some(([modifier]) => modifier === key))
  const usage = keys.length === 1 ? USAGES[keys[0] ?? ''] : undefined
  if (usage === undefined)
    throw new Failure('keys.untypable', `${chord.join('+')} cannot be typed on a USB keyboard as one key`)
  // Usage in the upper, usage page in the lower half (UsbScanCodeSpecKeyEvent).
  const code = element('usbHidCode', usage * 0x10000 + 7)
  const modifiers = element(
    'modifiers',
    pressed.map(([, property]) => element(property, true)),
  )
  return element('keyEvents', [code, pressed.length > 0 ? modifiers : undefined])
}

function range(keys: string, first: number): Record<string, number> {
  return Object.fromEntries([...keys].map((key, index) => [key, first + index]))
}
