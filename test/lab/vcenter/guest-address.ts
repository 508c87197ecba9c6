import { element, typedElement } from '../../../src/codec/soap/render-xml.ts'
import { vimCall } from '../../../src/codec/vim25/call.ts'
import { findMachine } from './inventory.ts'
import type { SimulatorClient } from './simulator-client.ts'

/** Has the simulator say that the tools of a guest have told its address. */
export async function setGuestAddress(
  simulator: SimulatorClient,
  name: string,
  address: string,
): Promise<void> {
  const { reference } = await findMachine(simulator, name)
  const value = { ...element('value', address), type: 'xsd:string' }
  const option = typedElement('extraConfig', 'OptionValue', [element('key', 'SET.guest.ipAddress'), value])
  await simulator.callTask(vimCall('ReconfigVM_Task', reference, element('spec', [option])))
}
