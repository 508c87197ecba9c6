import { existsSync } from 'node:fs'
import { childOf, textOf } from '../../../src/codec/soap/xml-element.ts'
import { findChild, readFound } from '../../../src/codec/vim25/service-calls.ts'
import { type Answer, faultAnswer, soapAnswer, taskAnswer } from './answer.ts'
import { realPath } from './datastore-paths.ts'
import type { LabRequest, Step } from './lab-request.ts'
import type { SimulatorClient } from './simulator-client.ts'
import type { LabDatastore } from './simulator-process.ts'

/** Refuses what a real server refuses and the simulator accepts, and cancels the tasks that can be. */
export function realRefusals(simulator: SimulatorClient, datastores: readonly LabDatastore[]): Step {
  /** The last creation of a machine of that name in that folder: the next one waits for it. */
  const creating = new Map<string, Promise<unknown>>()

  async function createMachine(request: LabRequest, next: () => Promise<Answer>): Promise<Answer> {
    const name = textOf(childOf(request.body, 'config'), 'name') ?? ''
    const key = `${request.target.id}/${name}`
    const before = creating.get(key)
    const done = Promise.withResolvers<void>()
    creating.set(key, done.promise)
    try {
      await before
      const { searchIndex } = simulator.content
      const existing = readFound(await simulator.call(findChild(searchIndex, request.target, name)))
      if (!existing) return await next()
      const message = `The name '${name}' already exists.`
      const fault = { type: 'DuplicateName', message, properties: { name, object: existing } }
      const task = await simulator.startTask({ entity: request.target, name: 'createVm', fault })
      return taskAnswer(request.method, task)
    } finally {
      done.resolve()
      if (creating.get(key) === done.promise) creating.delete(key)
    }
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
      case 'CancelTask':
        if (await simulator.cancelTask(request.target)) return soapAnswer(request.method)
        return faultAnswer({ type: 'InvalidState', message: 'The task is over.' })
      default:
        return next(request)
    }
  }
}
