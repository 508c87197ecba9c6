/**
 * Words that change the boot mode of a Kairos system wherever they stand in the kernel line, URLs included: the
 * system looks for them as substrings (kairos-sdk `state`, immucore `internal/utils`).
 */
const MODE_WORDS = [
  'COS_ACTIVE',
  'COS_PASSIVE',
  'COS_RECOVERY',
  'COS_SYSTEM',
  'kairos.remote_recovery_mode',
  'recovery-mode',
  'kairos.reset',
  'rd.immucore.uki',
  'kairos.ram',
  'interactive-install',
]

/** The first such word in a text, if there is one. */
export function findModeWord(text: string): string | undefined {
  return MODE_WORDS.find((word) => text.includes(word))
}
