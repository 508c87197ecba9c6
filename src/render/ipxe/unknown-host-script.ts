import { script, scriptText } from './script-text.ts'

/** For a machine nobody announced: says so on its console, then lets the firmware go on. */
export function renderUnknownHostScript({
  mac,
  uuid,
}: {
  readonly mac: string
  readonly uuid: string
}): string {
  return script([
    'echo edgeboot: this machine is not known here and will not be installed',
    `echo edgeboot: its network address is ${scriptText(mac)}`,
    `echo edgeboot: its UUID is ${scriptText(uuid)}`,
    'echo edgeboot: it goes on with its next boot device in 15 s. To install a machine nobody announced, run edgeboot serve ISO',
    'sleep 15',
    'exit',
  ])
}
