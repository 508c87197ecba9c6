import { type ManagedObject, readReference, referenceKey } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import type { VimClient } from '../client/vim-client.ts'

/** A data centre and the path by which files of its datastores are reached. */
export interface DatacenterPlace {
  readonly ref: ManagedObject
  /** `/DC0`, or `/folder/DC0`. */
  readonly path: string
}

/** Folders within folders; more is a loop. */
const MAX_DEPTH = 32

/** Finds the data centre that something in the inventory belongs to; what is above a folder is asked for once. */
export function createDatacenterFinder(
  client: VimClient,
): (object: ManagedObject, signal: AbortSignal) => Promise<DatacenterPlace> {
  const parents = new Map<
    string,
    Promise<{ readonly name: string; readonly parent: ManagedObject | undefined }>
  >()

  function look(object: ManagedObject, signal: AbortSignal) {
    const key = referenceKey(object)
    const known = parents.get(key)
    if (known !== undefined) return known
    const asked = ask(object, signal)
    // A machine may be moved; folders and data centres hardly ever are.
    if (object.type !== 'VirtualMachine') {
      parents.set(key, asked)
      asked.catch(() => parents.delete(key))
    }
    return asked
  }

  async function ask(object: ManagedObject, signal: AbortSignal) {
    const [found] = await client.retrieve(
      [{ type: object.type, paths: ['name', 'parent'] }],
      [object],
      signal,
    )
    if (!found)
      throw new Failure('driver.refused', `${object.type} ${object.id} was removed from the inventory`)
    return {
      name: found.properties.get('name')?.text ?? '',
      parent: readReference(found.properties.get('parent')),
    }
  }

  return async (object, signal) => {
    let at: ManagedObject | undefined = object
    for (let depth = 0; at && at.type !== 'Datacenter' && depth < MAX_DEPTH; depth += 1)
      at = (await look(at, signal)).parent
    if (at?.type !== 'Datacenter')
      throw new Failure('driver.refused', `${object.type} ${object.id} belongs to no data centre`)
    const ref = at
    const names: string[] = []
    for (let depth = 0; at && depth < MAX_DEPTH; depth += 1) {
      const { name, parent } = await look(at, signal)
      // The root folder has no name in paths.
      if (parent) names.unshift(name)
      at = parent
    }
    return { ref, path: `/${names.join('/')}` }
  }
}
