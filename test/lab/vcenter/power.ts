import { vimCall } from '../../../src/codec/vim25/call.ts'
import type { ManagedObject } from '../../../src/codec/vim25/reference.ts'
import { type Answer, type LabFault, taskAnswer, taskOf } from './answer.ts'
import { readMachine } from './inventory.ts'
import type { LabRequest, Step } from './lab-request.ts'
import type { PoweredMachines } from './powered-machines.ts'
import type { SimulatorClient } from './simulator-client.ts'

/** Has what is done to machines in the inventory done to the real ones too. */
export function powerStep(simulator: SimulatorClient, machines: PoweredMachines): Step {
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

  async function switchOn(machine: ManagedObject): Promise<void> {
    try {
      await machines.on(await readMachine(simulator, machine))
    } catch (error) {
      process.emitWarning(`${machine.id} cannot be switched on: ${error}`)
      await switchOffInInventory(simulator, machine)
    }
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

  return async (request, next) => {
    switch (request.method) {
      case 'PowerOnVM_Task':
        return afterwards(request, await next(request), switchOn)
      case 'PowerOffVM_Task':
        return afterwards(request, await next(request), ({ id }) => machines.off(id))
      case 'Destroy_Task':
        if (request.target.type !== 'VirtualMachine') return next(request)
        return afterwards(request, await next(request), ({ id }) => machines.remove(id))
      case 'ResetVM_Task':
        return reset(request)
      default:
        return next(request)
    }
  }
}

/** Tells everybody that a machine is off. Nothing to do when it is. */
export async function switchOffInInventory(
  simulator: SimulatorClient,
  machine: ManagedObject,
): Promise<void> {
  await simulator.callTask(vimCall('PowerOffVM_Task', machine))
}

/** What is answered to calls that need a machine in another state. */
export function wrongPowerState(requestedState: string, existingState: string): LabFault {
  return {
    type: 'InvalidPowerState',
    message: 'The attempted operation cannot be performed in the current state.',
    properties: { requestedState, existingState },
  }
}
