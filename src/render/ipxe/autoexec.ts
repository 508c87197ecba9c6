import { script } from './script-text.ts'

/** Network cards that are tried, `net0` first. */
const CARDS = 8
/** Rounds over all cards before the machine reboots; a round without any link takes about 40 s a card. */
const ROUNDS = 10
/** Silence of the server after which it is given up, in milliseconds; the script it sends is the same for all. */
const SILENCE_MS = 30_000

/**
 * `autoexec.ipxe` of the self-chaining media: opens one network card after the other, waits for its link (switches
 * with spanning tree take their time), asks for an address and then the server for the boot script.
 */
export function renderAutoexec({ base }: { readonly base: string }): string {
  return script([
    `echo edgeboot: looking for ${base}`,
    'set round:int32 0',
    ':again',
    'inc round',
    'set idx:int32 0',
    ':card',
    'isset ${net${idx}/mac} || goto pause',
    'echo edgeboot: round ${round}, network card net${idx} (${net${idx}/mac})',
    'ifopen net${idx} || goto next',
    // Not in older builds; dhcp waits for the link too, only not as long as spanning tree may take.
    'iflinkwait --timeout 30000 net${idx} ||',
    'dhcp net${idx} || goto no_address',
    `chain --timeout ${SILENCE_MS} --replace --autofree ${base}/boot.ipxe ||`,
    `echo edgeboot: no answer from ${base}. Check that edgeboot runs there and that port and firewall let it through.`,
    'goto next',
    ':no_address',
    'echo edgeboot: net${idx} got no address. Check its cable, DHCP and the VLAN.',
    ':next',
    'ifclose net${idx} ||',
    'inc idx',
    `iseq \${idx} ${CARDS} || goto card`,
    ':pause',
    `iseq \${round} ${ROUNDS} && goto give_up ||`,
    'sleep 5',
    'goto again',
    ':give_up',
    `echo edgeboot: no network card reached ${base}. Rebooting in 30 s.`,
    'sleep 30',
    'reboot',
  ])
}
