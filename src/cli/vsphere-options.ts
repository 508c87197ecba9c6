import type { Command } from 'commander'
import type { VsphereFlags } from '../app/vsphere-flags.ts'
import type { CommandContext } from './command-context.ts'

/** Options of commands that may need a vCenter or ESXi. */
export interface VsphereValues {
  readonly vsphereUrl?: string
  readonly vsphereUser?: string
  readonly vspherePasswordFile?: string
  readonly vsphereCaFile?: string
  readonly vsphereThumbprint?: string
  readonly insecure?: boolean
}

const INSECURE = 'the certificate of the vCenter is not checked: whoever is in between reads the password'

/** Adds them to a command. */
export function addVsphereOptions(command: Command): Command {
  return command
    .option('--vsphere-url <url>', 'vCenter or ESXi, as HOST or https://HOST[:PORT]/sdk (default: GOVC_URL)')
    .option('--vsphere-user <name>', 'its user (default: GOVC_USERNAME, or that of GOVC_URL)')
    .option('--vsphere-password-file <file>', 'its password (mode 0600), or GOVC_PASSWORD')
    .option(
      '--vsphere-ca-file <file>',
      'PEM certificates to trust for it (default: GOVC_TLS_CA_CERTS, or those of the system)',
    )
    .option(
      '--vsphere-thumbprint <digest>',
      'trust just the certificate with this SHA-1 or SHA-256 digest, AA:BB:… (default: GOVC_TLS_KNOWN_HOSTS)',
    )
    .option('--insecure', INSECURE)
}

/** What was given of them; says aloud what `--insecure` gives up. */
export function vsphereOf(values: VsphereValues, context: Pick<CommandContext, 'progress'>): VsphereFlags {
  if (values.insecure) context.progress(`WARNING: --insecure: ${INSECURE}`)
  return {
    url: values.vsphereUrl,
    user: values.vsphereUser,
    passwordFile: values.vspherePasswordFile,
    caFile: values.vsphereCaFile,
    thumbprint: values.vsphereThumbprint,
    insecure: values.insecure,
  }
}
