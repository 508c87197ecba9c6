import { type CardLoopInput, cardLoop, networkSettings } from './card-loop.ts'
import { script } from './script-text.ts'

/** `autoexec.ipxe` of the self-chaining media: from power-on to the boot server, whatever card leads there. */
export function renderAutoexec({ base, network }: CardLoopInput): string {
  return script([
    `echo edgeboot: looking for ${base}`,
    ...networkSettings(network),
    ...cardLoop({ base, network }),
  ])
}
