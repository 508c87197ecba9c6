import { element } from '../../../src/codec/soap/render-xml.ts'
import { childOf, childrenOf, textOf, type XmlElement } from '../../../src/codec/soap/xml-element.ts'
import type { KeyChord } from '../../../src/domain/key-chord.ts'
import { faultAnswer, soapAnswer } from './answer.ts'
import { readMachine } from './inventory.ts'
import type { Step } from './lab-request.ts'
import { wrongPowerState } from './power.ts'
import type { PoweredMachines } from './powered-machines.ts'
import type { SimulatorClient } from './simulator-client.ts'

/** What is wrong with typing. */
export type KeyTrouble =
  /** Of every call only the first events are taken, and the answer says so. */
  | { readonly kind: 'take-first'; readonly events: number }
  /** Every n-th event is not taken, and the answer says so. */
  | { readonly kind: 'refuse'; readonly every: number }
  /** Every n-th event is taken and lost. */
  | { readonly kind: 'lose'; readonly every: number }

export interface LabKeyboard {
  /** From now on; none when left out. */
  trouble(trouble?: KeyTrouble): void
  /** All chords that reached the machine. */
  typed(moid: string): readonly KeyChord[]
  readonly step: Step
}

/** Answers `PutUsbScanCodes` (vSphere Web Services API 6.5), and types what it says. */
export function createLabKeyboard(simulator: SimulatorClient, machines: PoweredMachines): LabKeyboard {
  const typed = new Map<string, KeyChord[]>()
  /** One call after the other, for each machine. */
  const turns = new Map<string, Promise<void>>()
  let trouble: KeyTrouble | undefined
  let events = 0

  function isLost(): boolean {
    events += 1
    return trouble !== undefined && trouble.kind !== 'take-first' && events % trouble.every === 0
  }

  async function type(moid: string, chords: readonly KeyChord[]): Promise<void> {
    await machines.typeKeys(moid, chords)
    typed.set(moid, [...(typed.get(moid) ?? []), ...chords])
  }

  return {
    trouble: (given) => {
      trouble = given
      events = 0
    },
    typed: (moid) => typed.get(moid) ?? [],
    step: async (request, next) => {
      if (request.method !== 'PutUsbScanCodes') return next(request)
      const { powerState, moid } = await readMachine(simulator, request.target)
      if (powerState !== 'poweredOn') return faultAnswer(wrongPowerState('poweredOn', powerState))
      const sent = childrenOf(childOf(request.body, 'spec'), 'keyEvents').map(readKeyEvent)
      const taken = trouble?.kind === 'take-first' ? sent.slice(0, trouble.events) : sent
      const arrived = taken.filter(() => !isLost())
      const turn = (turns.get(moid) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() =>
          type(
            moid,
            arrived.filter((chord) => chord.length > 0),
          ),
        )
      turns.set(moid, turn)
      await turn
      const accepted = trouble?.kind === 'lose' ? taken.length : arrived.length
      return soapAnswer(request.method, element('returnval', accepted))
    },
  }
}

/** Usages of the keyboard page (HID Usage Tables 1.5 §10) as QEMU's key codes, from 0x04 on. */
const KEYS = [
  ...'abcdefghijklmnopqrstuvwxyz1234567890',
  ...['ret', 'esc', 'backspace', 'tab', 'spc', 'minus', 'equal', 'bracket_left', 'bracket_right'],
  ...['backslash', '', 'semicolon', 'apostrophe', 'grave_accent', 'comma', 'dot', 'slash', 'caps_lock'],
  ...['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'],
]
const FIRST_USAGE = 0x04
const KEYBOARD_PAGE = 7

const MODIFIERS = {
  leftControl: 'ctrl',
  leftShift: 'shift',
  leftAlt: 'alt',
  leftGui: 'meta_l',
  rightControl: 'ctrl_r',
  rightShift: 'shift_r',
  rightAlt: 'alt_r',
  rightGui: 'meta_r',
}

/** Empty for a key that no keyboard has. */
function readKeyEvent(event: XmlElement): KeyChord {
  const code = Number(textOf(event, 'usbHidCode') ?? 0)
  const key = (code & 0xffff) === KEYBOARD_PAGE ? KEYS[(code >>> 16) - FIRST_USAGE] : undefined
  const pressed = childOf(event, 'modifiers')
  const modifiers = Object.entries(MODIFIERS).flatMap(([name, modifier]) =>
    textOf(pressed, name) === 'true' ? [modifier] : [],
  )
  return key ? [...modifiers, key] : modifiers
}
