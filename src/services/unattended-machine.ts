import { Failure } from '../domain/failure.ts'
import type { Machine } from '../ports/machine-driver.ts'

/**
 * Stands for a machine that only people switch: nothing is known of its power, and nothing is done to it. What it
 * asks and reports drives its life all the same.
 */
export function createUnattendedMachine(name: string): Machine {
  const nobody = async (): Promise<never> => {
    throw new Failure('machine.wrong-state', `${name} has no driver: nobody but a person can do that`)
  }
  return {
    name,
    powerState: nobody,
    power: async () => undefined,
    setMedia: async () => undefined,
    typeKeys: nobody,
    screenshot: nobody,
    async *watch() {
      // Nobody tells.
    },
    endpoint: () => undefined,
  }
}
