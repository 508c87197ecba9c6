import type { XmlElement } from '../soap/xml-element.ts'
import { type VimCall, vimCall } from './call.ts'
import { faultOfTask, type VimFault } from './fault.ts'
import type { PropertySpec } from './property-calls.ts'
import type { ManagedObject } from './reference.ts'

/** How far a task is (`TaskInfo`). */
export type TaskState =
  | { readonly state: 'running'; readonly progress: number | undefined }
  | { readonly state: 'success'; readonly result: XmlElement | undefined }
  | { readonly state: 'error'; readonly fault: VimFault }

export const TASK_PROPERTIES: PropertySpec = {
  type: 'Task',
  paths: ['info.state', 'info.progress', 'info.result', 'info.error'],
}

/** From the properties of `TASK_PROPERTIES`. */
export function readTaskState(properties: ReadonlyMap<string, XmlElement>): TaskState {
  const state = properties.get('info.state')?.text
  if (state === 'success') return { state, result: properties.get('info.result') }
  const error = properties.get('info.error')
  if (state === 'error') {
    const unknown: VimFault = { type: 'MethodFault', message: '', properties: {} }
    return { state, fault: error ? faultOfTask(error) : unknown }
  }
  const progress = Number.parseInt(properties.get('info.progress')?.text ?? '', 10)
  return { state: 'running', progress: Number.isNaN(progress) ? undefined : progress }
}

export function cancelTask(task: ManagedObject): VimCall {
  return vimCall('CancelTask', task)
}
