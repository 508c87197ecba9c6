import { writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import { taskAnswer } from './answer.ts'
import { realPath } from './datastore-paths.ts'
import { readMachine } from './inventory.ts'
import type { Step } from './lab-request.ts'
import { wrongPowerState } from './power.ts'
import type { PoweredMachines } from './powered-machines.ts'
import type { SimulatorClient } from './simulator-client.ts'
import type { LabDatastore } from './simulator-process.ts'

/** Answers `CreateScreenshot_Task`: a PNG beside the machine's other files, its datastore path the task's result. */
export function screenshotStep(
  simulator: SimulatorClient,
  machines: PoweredMachines,
  datastores: readonly LabDatastore[],
): Step {
  const taken = new Map<string, number>()
  return async (request, next) => {
    const { method, target: entity } = request
    if (method !== 'CreateScreenshot_Task') return next(request)
    const name = 'createScreenshot'
    const { powerState, vmxPath, moid, datastoreIds } = await readMachine(simulator, entity)
    if (powerState !== 'poweredOn') {
      const fault = wrongPowerState('poweredOn', powerState)
      return taskAnswer(method, await simulator.startTask({ entity, name, fault }))
    }
    const number = taken.get(moid) ?? 0
    taken.set(moid, number + 1)
    const result = vmxPath.replace(/\.vmx$/, `-${number}.png`)
    const near = datastores.find(({ id }) => datastoreIds.includes(id))?.datacenter
    const path = realPath(datastores, result, near)
    if (path === undefined) throw new Error(`${posix.dirname(vmxPath)} is nowhere`)
    writeFileSync(path, await machines.screenshot(moid))
    return taskAnswer(method, await simulator.startTask({ entity, name, result }))
  }
}
