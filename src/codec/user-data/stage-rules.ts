import { nearest } from '../../domain/nearest.ts'
import { showKey, showPath } from '../../domain/user-data-key.ts'
import { STAGE_NAMES } from '../../domain/user-data-stage-keys.ts'
import { isBootStage } from './key-rules.ts'
import { type Located, valueAt } from './located.ts'
import type { Problem } from './problem.ts'

/** Stages that would never run: outside of `stages:`, or under a name nothing runs. */
export function checkStages(root: Located): readonly Problem[] {
  return [...outside(root), ...unknownNames(root)]
}

function outside(root: Located): readonly Problem[] {
  if (root.kind !== 'map') return []
  return [...root.entries]
    .filter(([key, value]) => isBootStage(key) && value.kind === 'list')
    .map(([key, value]): Problem => {
      const message = `${showKey(key)} stands outside of stages: and would never run`
      return { rule: 'stage-place', offset: value.keyOffset, message, fix: 'indent it below stages:' }
    })
}

function unknownNames(root: Located): readonly Problem[] {
  const stages = valueAt(root, 'stages')
  if (stages?.kind !== 'map') return []
  return [...stages.entries]
    .filter(([key]) => !STAGE_NAMES.includes(key) && !key.startsWith('provider'))
    .map(([key, value]): Problem => {
      const near = nearest(key, STAGE_NAMES)
      const message = `${showPath(value.path)} is no stage of the boot or the installer and may never run`
      const fix = near === undefined ? undefined : `did you mean ${near}?`
      return { rule: 'stage-name', offset: value.keyOffset, message, ...(fix ? { fix } : {}) }
    })
}
