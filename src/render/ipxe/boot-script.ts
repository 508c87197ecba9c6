import { retried, script, syslogLines } from './script-text.ts'

const QUESTION = [
  'mac=${netX/mac}',
  'uuid=${uuid}',
  'serial=${serial:uristring}',
  'asset=${asset:uristring}',
  'manufacturer=${manufacturer:uristring}',
  'product=${product:uristring}',
  'hostname=${hostname:uristring}',
  'platform=${platform}',
  'buildarch=${buildarch}',
  'version=${version:uristring}',
  // What media with a network of their own set; else empty.
  'address=${edgeboot-address}',
  'gateway=${edgeboot-gateway}',
  'dns=${edgeboot-dns}',
  'vlan=${edgeboot-vlan}',
].join('&')

/**
 * Silence after which an answer is given up, in milliseconds. A host that is told to wait (`503` with
 * `Retry-After`) is silent for iPXE as long as it waits, so this is long.
 */
const SILENCE_MS = 600_000

/**
 * The script that is the same for all machines: it asks for the script of this very one. `netX` is the network
 * card opened last, which is the one that got here. No POST: BIOS builds of iPXE lack it.
 */
export function renderBootScript({
  base,
  syslog,
}: {
  readonly base: string
  /** IPv4 address that receives what iPXE shows. */
  readonly syslog?: string | undefined
}): string {
  return script([
    ...syslogLines(syslog),
    `echo edgeboot: asking ${base} what to do with \${netX/mac}`,
    ...retried({
      name: 'ask',
      what: `asking ${base} for a boot script`,
      check: 'that edgeboot runs there',
      command: `chain --timeout ${SILENCE_MS} --replace --autofree ${base}/ipxe?${QUESTION}`,
    }),
  ])
}
