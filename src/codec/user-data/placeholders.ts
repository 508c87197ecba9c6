import type { KeyEntry, UserDataPath } from '../../domain/user-data-key.ts'

const BLANKS =
  /^(#+|x{4,}|\*{3,}|\.{3,}|<[^<>]*>|\[[^[\]]*\]|your[-_ ].{0,60}|replace[-_ ].{0,60}|change[-_ ]?me|todo|tbd)$/i

/** Words that stand for themselves where a secret belongs. */
const NAMES_OF_SECRETS = /^(token|password|secret|passwd|insert.{0,60}here)$/i

/** Whether a value is what examples and templates have in its place. Commands and conditions may look alike. */
export function isPlaceholder(value: string, { secret, shape }: KeyEntry, [top]: UserDataPath): boolean {
  if (shape.kind !== 'text' || shape.oneOf || (top !== 'stylus' && !secret)) return false
  return BLANKS.test(value) || (secret === true && NAMES_OF_SECRETS.test(value))
}
