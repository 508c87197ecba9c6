import type { EdgeHostId } from '../domain/palette.ts'
import type { EdgeHostAnswer, ProjectAnswer } from '../domain/palette-answer.ts'

/**
 * The part of Palette that knows which edge hosts have registered. Trouble of any kind is an answer, bounded in time
 * and size; calls reject only with the reason of their signal.
 */
export interface PaletteRegistry {
  /** Where it is, for people: base URL and project, never the key. */
  readonly description: string
  edgeHost(id: EdgeHostId, signal: AbortSignal): Promise<EdgeHostAnswer>
  /** Whether the project that the registry was opened for exists; `undefined` when it was opened for none. */
  project(signal: AbortSignal): Promise<ProjectAnswer | undefined>
}
