import { createTurns } from '../../../src/adapters/hypervisor-qemu/turns.ts'
import type { Step } from './lab-request.ts'

/**
 * Has nobody search while a machine is being made: the simulator stumbles over one that is half made. It makes one at
 * a time itself, so little is lost.
 */
export function searchTurns(): Step {
  const turns = createTurns()
  return (request, next) =>
    request.method === 'CreateVM_Task' || request.method.startsWith('Find')
      ? turns.take('inventory', () => next(request))
      : next(request)
}
