import { vimCall } from '../../../src/codec/vim25/call.ts'
import type { ManagedObject } from '../../../src/codec/vim25/reference.ts'
import type { Turns } from '../../../src/domain/async/turns.ts'
import { type Answer, type LabFault, taskAnswer, taskOf } from './answer.ts'
import { readMachine } from './inventory.ts'
import type { Handler, LabRequest, Step } from './lab-request.ts'
import type { PoweredMachines } from './powered-machines.ts'
import type { SimulatorClient } from './simulator-client.ts'

/**
 * Has what is done to machines in the inventory done to the real ones too, one thing after the other for each. The turns
 * are those of `guestOff`.
 */
export function powerStep(simulator: SimulatorClient, machines: PoweredMachines, turns: Turns): Step {
  /** The real machine follows when the simulator has done its part. */
  async function afterwards(
    { target }: LabRequest,
    answer: Answer,
    work: (machine: ManagedObject) => Promise<void>,
  ): Promise<Answer> {
    const task = taskOf(answer)
    if (task && (await simulator.taskState(task)).state === 'success') await work(target)
    return answer
  }

  /** The real one first: when it cannot be started, the task says so. */
  async function switchOn(request: LabRequest, next: Handler): Promise<Answer> {
    const { target, method } = request
    const machine = await readMachine(simulator, target)
    if (machine.powerState === 'poweredOn') return next(request)
    try {
      await machines.on(machine)
    } catch (error) {
      const fault = {
        type: 'GenericVmConfigFault',
        message: String(error),
        properties: { reason: String(error) },
      }
      return taskAnswer(method, await simulator.startTask({ entity: target, name: 'powerOn', fault }))
    }
    return next(request)
  }

  /** By ourselves: the simulator would show it off for a moment. */
  async function reset({ target, method }: LabRequest): Promise<Answer> {
    const { powerState } = await readMachine(simulator, target)
    if (powerState !== 'poweredOn') {
      const fault = wrongPowerState('poweredOn', powerState)
      return taskAnswer(method, await simulator.startTask({ entity: target, name: 'reset', fault }))
    }
    await machines.reset(target.id)
    return taskAnswer(method, await simulator.startTask({ entity: target, name: 'reset' }))
  }

  const step: Step = async (request, next) => {
    switch (request.method) {
      case 'PowerOnVM_Task':
        return switchOn(request, next)
      case 'PowerOffVM_Task':
        return afterwards(request, await next(request), ({ id }) => machines.off(id))
      case 'Destroy_Task':
        return afterwards(request, await next(request), ({ id }) => machines.remove(id))
      case 'ResetVM_Task':
        return reset(request)
      default:
        return next(request)
    }
  }
  return (request, next) =>
    request.target.type === 'VirtualMachine'
      ? turns.take(request.target.id, () => step(request, next))
      : next(request)
}

/** A guest has switched itself off: everybody is told. Nothing to do when the machine is off already. */
export async function guestOff(simulator: SimulatorClient, turns: Turns, moid: string): Promise<void> {
  const machine = { type: 'VirtualMachine', id: moid }
  await turns.take(moid, () => simulator.callTask(vimCall('PowerOffVM_Task', machine)))
}

/** What is answered to calls that need a machine in another state. */
export function wrongPowerState(requestedState: string, existingState: string): LabFault {
  return {
    type: 'InvalidPowerState',
    message: 'The attempted operation cannot be performed in the current state.',
    properties: { requestedState, existingState },
  }
}
