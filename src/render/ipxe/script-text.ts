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

/** Attempts of `retried`, pauses doubling from 2 s to 64 s between them: two minutes for a server to come back. */
const ATTEMPTS = 7

/**
 * A command that is tried again with growing pauses, then the machine reboots: nobody may be there to answer a
 * prompt. `name` is a label unique in the script; `what` (a few words) and `check` (what a person should look at)
 * are shown on the console and hold no secret.
 */
export function retried(input: {
  readonly name: string
  readonly what: string
  readonly check: string
  readonly command: string
}): readonly string[] {
  const { name, what, check, command } = input
  return [
    'set attempt:int32 0',
    'set pause:int32 1',
    `:${name}`,
    'inc attempt',
    'inc pause ${pause}',
    `${command} && goto ${name}_done ||`,
    `echo edgeboot: ${what} failed, attempt \${attempt} of ${ATTEMPTS}. Check ${check}.`,
    `iseq \${attempt} ${ATTEMPTS} && goto ${name}_failed ||`,
    'echo edgeboot: trying again in ${pause} s',
    'sleep ${pause}',
    `goto ${name}`,
    `:${name}_failed`,
    'echo edgeboot: giving up. This machine reboots in 30 s and begins anew.',
    'sleep 30',
    'reboot',
    `:${name}_done`,
  ]
}

/**
 * Has iPXE send all it shows to that address as well, UDP port 514; nothing without one. Builds without syslog take the
 * setting and send nothing.
 */
export function syslogLines(address: string | undefined): readonly string[] {
  return address === undefined ? [] : [`set syslog ${scriptText(address)} ||`]
}
