import { CLASSIC_NAMES } from '../../domain/artifact.ts'
import { retried, script, scriptText, syslogLines } from './script-text.ts'

export interface InstallScript {
  /** Named on the console. */
  readonly host: string
  /** Named on the console as the place to check; never a URL with a secret in it. */
  readonly base: string
  readonly kernelUrl: string
  readonly initrdUrl: string
  /** In order; `initrd=` in it must name the initrd as `CLASSIC_NAMES` does. */
  readonly kernelArguments: readonly string[]
  /** IPv4 address that receives what iPXE shows. */
  readonly syslog?: string | undefined
}

/** Silence after which a download is taken for dead, in milliseconds; any progress starts it anew. */
const SILENCE_MS = 60_000

/** The script that boots the installer on one host. */
export function renderInstallScript({
  host,
  base,
  kernelUrl,
  initrdUrl,
  kernelArguments,
  syslog,
}: InstallScript): string {
  const check = 'that edgeboot runs there and the network to it'
  return script([
    ...syslogLines(syslog),
    `echo edgeboot: ${scriptText(host)} boots the installer from ${base}`,
    'imgfree',
    ...retried({
      name: 'kernel',
      what: `loading the kernel (${CLASSIC_NAMES.kernel}) from ${base}`,
      check,
      command: `kernel --timeout ${SILENCE_MS} --name ${CLASSIC_NAMES.kernel} ${kernelUrl} ${kernelArguments.join(' ')}`,
    }),
    ...retried({
      name: 'initrd',
      what: `loading the initrd (${CLASSIC_NAMES.initrd}) from ${base}`,
      check,
      command: `initrd --timeout ${SILENCE_MS} --name ${CLASSIC_NAMES.initrd} ${initrdUrl}`,
    }),
    'boot ||',
    'echo edgeboot: the kernel cannot be started by this firmware. Check that the ISO is made for it. Rebooting in 30 s.',
    'sleep 30',
    'reboot',
  ])
}
