import { askServer, type CardLoopInput, cardLoop, networkSettings, noAnswer } from './card-loop.ts'
import { script } from './script-text.ts'

/**
 * For machines that got iPXE over the network: `autoexec.ipxe` beside the binary, or the boot file DHCP names. The
 * card it came by is taken first and as it is, since the firmware that loaded iPXE knew the way; the other cards
 * follow as on media. With a VLAN the way it came is not the way to go.
 */
export function renderNetbootAutoexec({
  base,
  network,
}: {
  readonly base: string
  readonly network: Pick<CardLoopInput['network'], 'syslog' | 'vlan'>
}): string {
  const { syslog, vlan } = network
  return script([
    `echo edgeboot: looking for ${base}`,
    ...networkSettings({
      ...(syslog === undefined ? {} : { syslog }),
      ...(vlan === undefined ? {} : { vlan }),
    }),
    ...(vlan === undefined ? asItCame(base) : []),
    ...cardLoop({ base, network }),
  ])
}

function asItCame(base: string): readonly string[] {
  return [
    'isset ${netX/ip} || goto search',
    'ifopen netX || goto search',
    'echo edgeboot: using the network card that iPXE came by (${netX/mac})',
    askServer(base),
    noAnswer(base),
    ':search',
  ]
}
