import type { Life } from './life.ts'
import { isBefore } from './phase.ts'

/**
 * What a host that asks for a script is told. The one place where it is decided that a host may be handed the
 * installer; when in doubt it is not.
 */
export function decideBoot(life: Life): 'install' | 'local' | 'wait' {
  if (life.phase === 'failed') {
    return life.failure && isBefore(life.failure.phase, 'config') ? 'wait' : 'local'
  }
  return isBefore(life.phase, 'config') ? 'install' : 'local'
}

/** Whether a request for the configuration gets the real one, or the header-only document of an installed host. */
export function isConfigWanted(life: Life): boolean {
  const phase = life.phase === 'failed' ? (life.failure?.phase ?? 'ready') : life.phase
  return isBefore(phase, 'installed')
}
