import { type ManagedObject, readReferences } from '../../../codec/vim25/reference.ts'
import type { VimClient } from '../client/vim-client.ts'

/** `TaskInfo.descriptionId` of the tasks that switch machines; a single host puts its namespace in front. */
const SWITCHING = /^(?:vim\.)?VirtualMachine\.(powerOn|powerOff)$/

/**
 * Why a machine that we did not switch off is off: the guest did it itself, or there is a task by which somebody did, or
 * the machine is gone altogether. The server keeps the tasks of a machine for some minutes (`ManagedEntity.recentTask`).
 */
export async function whoSwitchedOff(
  client: Pick<VimClient, 'retrieve'>,
  machine: ManagedObject,
  signal: AbortSignal,
): Promise<'guest' | 'somebody' | 'gone'> {
  const [found] = await client.retrieve([{ type: machine.type, paths: ['recentTask'] }], [machine], signal)
  if (!found) return 'gone'
  const paths = ['info.descriptionId', 'info.state', 'info.queueTime']
  const references = readReferences(found.properties.get('recentTask'))
  const tasks = await client.retrieve([{ type: 'Task', paths }], references, signal)
  const last = tasks
    .map(({ properties }) => ({
      does: SWITCHING.exec(properties.get('info.descriptionId')?.text ?? '')?.[1],
      failed: properties.get('info.state')?.text === 'error',
      at: Date.parse(properties.get('info.queueTime')?.text ?? '') || 0,
    }))
    .filter(({ does, failed }) => does !== undefined && !failed)
    .sort((one, other) => one.at - other.at)
    .at(-1)
  return last?.does === 'powerOff' ? 'somebody' : 'guest'
}
