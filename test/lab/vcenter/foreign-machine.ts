import { element } from '../../../src/codec/soap/render-xml.ts'
import { vimCall } from '../../../src/codec/vim25/call.ts'
import { readReference, referenceNode } from '../../../src/codec/vim25/reference.ts'
import { findByInventoryPath, readFound } from '../../../src/codec/vim25/service-calls.ts'
import { findMachine, type LabMachine } from './inventory.ts'
import type { SimulatorClient } from './simulator-client.ts'
import type { LabDatastore } from './simulator-process.ts'

export interface ForeignMachine {
  readonly folder?: string
  readonly pool?: string
  readonly annotation?: string
  readonly extraConfig?: Readonly<Record<string, string>>
}

/** Makes a machine as somebody else would, with hardly anything in it. */
export async function addForeignMachine(
  simulator: SimulatorClient,
  datastores: readonly LabDatastore[],
  name: string,
  given: ForeignMachine = {},
): Promise<LabMachine> {
  const datastore = datastores[0]
  const datacenter = datastore?.datacenter ?? ''
  const find = async (path: string) => {
    const found = readFound(await simulator.call(findByInventoryPath(simulator.content.searchIndex, path)))
    if (found) return found
    throw new Error(`${path} is not in the inventory`)
  }
  const folder = await find(given.folder ?? `/${datacenter}/vm`)
  const pool = await find(
    given.pool ??
      (simulator.content.standalone
        ? `/${datacenter}/host/localhost.localdomain/Resources`
        : `/${datacenter}/host/${datacenter}_C0/Resources`),
  )
  const extra = Object.entries(given.extraConfig ?? {}).map(([key, value]) => ({
    name: 'extraConfig',
    type: 'OptionValue',
    content: [element('key', key), { ...element('value', value), type: 'xsd:string' }],
  }))
  const spec = element('config', [
    element('name', name),
    element('guestId', 'otherGuest'),
    given.annotation === undefined ? undefined : element('annotation', given.annotation),
    element('files', [element('vmPathName', `[${datastore?.name}]`)]),
    ...extra,
  ])
  const state = await simulator.callTask(vimCall('CreateVM_Task', folder, spec, referenceNode('pool', pool)))
  const made = state.state === 'success' ? readReference(state.result) : undefined
  if (!made) throw new Error(`making ${name} failed: ${JSON.stringify(state)}`)
  return findMachine(simulator, made.id)
}
