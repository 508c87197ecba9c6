import { script, scriptText } from './script-text.ts'

/** For a machine that asks in the name of a host whose boot another machine has: says so and lets the firmware go on. */
export function renderRefusedScript({
  host,
  reason,
}: {
  readonly host: string
  readonly reason: string
}): string {
  return script([
    `echo edgeboot: this machine is not installed as ${scriptText(host)}`,
    `echo edgeboot: ${scriptText(reason)}`,
    'sleep 15',
    'exit',
  ])
}
