/** Longest piece of foreign text that goes into a script. */
const MAX_LENGTH = 128

/**
 * Text from outside made harmless for an iPXE script: printable ASCII only, no `$` (expansion), no `|`, `&`, `#`,
 * quotes or backslash, at most 128 characters. What is left out shows as `?`.
 */
export function scriptText(text: string): string {
  return [...text.slice(0, MAX_LENGTH)]
    .map((character) => (/^[A-Za-z0-9 .,:;/_=@()+-]$/.test(character) ? character : '?'))
    .join('')
}

/** Lines as one script: the `#!ipxe` line first, a newline at the end. */
export function script(lines: readonly string[]): string {
  return ['#!ipxe', ...lines, ''].join('\n')
}

/** Seconds between the attempts of `retried`. */
const PAUSES_S = [2, 4, 8, 15, 30, 30, 30]

/**
 * A command that is tried again with growing pauses, then the machine reboots: nobody may be there to answer a
 * prompt. `name` is a label unique in the script, `what` a sentence for the console.
 */
export function retried(input: {
  readonly name: string
  readonly what: string
  readonly check: string
  readonly command: string
}): readonly string[] {
  const { name, what, check, command } = input
  const attempts = PAUSES_S.flatMap((seconds, index) => [
    `${command} && goto ${name}_done ||`,
    `echo edgeboot: ${what} failed (attempt ${index + 1} of ${PAUSES_S.length + 1}), again in ${seconds} s. Check ${check}.`,
    `sleep ${seconds}`,
  ])
  return [
    ...attempts,
    `${command} && goto ${name}_done ||`,
    `echo edgeboot: giving up: ${what} failed. Check ${check}. Rebooting in 30 s.`,
    'sleep 30',
    'reboot',
    `:${name}_done`,
  ]
}
