import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { readTaskState, type TaskState } from '../../../codec/vim25/task.ts'
import { Failure } from '../../../domain/failure.ts'
import type { UpdateHub } from './update-hub.ts'

export interface TaskWait {
  /** Begins the sentence when it fails. */
  readonly doing: string
  readonly onProgress?: ((percent: number) => void) | undefined
  /** A task that takes longer is given up. Milliseconds. */
  readonly limitMs: number
}

/**
 * Resolves to the result of a task. A task that fails is a VimRefusal; Failure `driver.timeout` when it takes too long,
 * `driver.unreachable` (`details.sent`) when the server no longer knows it, after a restart say.
 */
export function waitForTask(
  hub: Pick<UpdateHub, 'watch'>,
  task: ManagedObject,
  { doing, onProgress, limitMs }: TaskWait,
  signal: AbortSignal,
): Promise<XmlElement | undefined> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    let last: number | undefined
    const settle = (finish: () => void): void => {
      unwatch()
      clearTimeout(late)
      signal.removeEventListener('abort', aborted)
      finish()
    }
    const aborted = (): void => settle(() => reject(signal.reason))
    const late = setTimeout(() => {
      const far = last === undefined ? '' : `, at ${last} %`
      const message = `${doing}: not done after ${Math.round(limitMs / 1000)} s${far}; look at the tasks of the server`
      settle(() => reject(new Failure('driver.timeout', message, { sent: true })))
    }, limitMs)
    const unwatch = hub.watch(task, (properties) => {
      if (!properties) {
        const message = `${doing}: the server forgot about it before it was done`
        settle(() => reject(new Failure('driver.unreachable', message, { sent: true })))
        return
      }
      const state: TaskState = readTaskState(properties)
      if (state.state === 'success') settle(() => resolve(state.result))
      else if (state.state === 'error') settle(() => reject(new VimRefusal(state.fault, doing)))
      else if (state.progress !== undefined && state.progress !== last) {
        last = state.progress
        onProgress?.(state.progress)
      }
    })
    signal.addEventListener('abort', aborted, { once: true })
  })
}
