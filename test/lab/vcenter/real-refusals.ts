import { existsSync } from 'node:fs'
import { childOf, textOf } from '../../../src/codec/soap/xml-element.ts'
import { findChild, readFound } from '../../../src/codec/vim25/service-calls.ts'
import { type Answer, faultAnswer, soapAnswer, taskAnswer } from './answer.ts'
import { realPath } from './datastore-paths.ts'
import { type LabMachine, readMachines } from './inventory.ts'
import type { LabRequest, Step } from './lab-request.ts'
import type { SimulatorClient } from './simulator-client.ts'
import type { LabDatastore } from './simulator-process.ts'

/**
 * Refuses what a real server refuses and the simulator accepts, and cancels the tasks that can be. Machines have to be
 * made one at a time.
 */
export function realRefusals(simulator: SimulatorClient, datastores: readonly LabDatastore[]): Step {
  async function createMachine(request: LabRequest, next: () => Promise<Answer>): Promise<Answer> {
    const name = textOf(childOf(request.body, 'config'), 'name') ?? ''
    const { searchIndex } = simulator.content
    const existing = readFound(await simulator.call(findChild(searchIndex, request.target, name)))
    if (!existing) return next()
    const message = `The name '${name}' already exists.`
    const fault = { type: 'DuplicateName', message, properties: { name, object: existing } }
    const task = await simulator.startTask({ entity: request.target, name: 'createVm', fault })
    return taskAnswer(request.method, task)
  }

  return async (request, next) => {
    switch (request.method) {
      case 'CreateVM_Task':
        return createMachine(request, () => next(request))
      case 'MakeDirectory': {
        const file = textOf(request.body, 'name') ?? ''
        const path = realPath(datastores, file)
        if (path === undefined || !existsSync(path)) return next(request)
        const message = `Cannot complete the operation because the file or folder ${file} already exists`
        return faultAnswer({ type: 'FileAlreadyExists', message, properties: { file } })
      }
      case 'DeleteDatastoreFile_Task': {
        const file = textOf(request.body, 'name') ?? ''
        const user = (await readMachines(simulator)).find((machine) => isReading(machine, file))
        if (!user) return next(request)
        const fault = {
          type: 'CannotDeleteFile',
          message: `Cannot delete file ${file}`,
          properties: { file },
        }
        const task = { entity: request.target, name: 'deleteDatastoreFile', fault }
        return taskAnswer(request.method, await simulator.startTask(task))
      }
      case 'CancelTask':
        if (await simulator.cancelTask(request.target)) return soapAnswer(request.method)
        return faultAnswer({ type: 'InvalidState', message: 'The task is over.' })
      default:
        return next(request)
    }
  }
}

/** A file in the drive of a machine that is on is locked. */
function isReading({ powerState, cd }: LabMachine, file: string): boolean {
  return powerState === 'poweredOn' && cd?.iso === file && cd.startConnected
}
