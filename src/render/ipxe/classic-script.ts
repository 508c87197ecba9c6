import { CLASSIC_NAMES } from '../../domain/artifact.ts'
import { renderInstallScript } from './install-script.ts'

/** The kernel arguments of the published guide, word for word, for a server that knows the classic names. */
export function guideArguments(base: string): readonly string[] {
  return [
    `initrd=${CLASSIC_NAMES.initrd}`,
    'rd.neednet=1',
    'ip=dhcp',
    'rd.cos.disable',
    `root=live:${base}/${CLASSIC_NAMES.rootfs}`,
    'netboot',
    'install-mode',
    `config_url=${base}/config.yaml`,
    'console=tty1',
  ]
}

/** `palette.ipxe` of the published guide: same for all hosts, classic names, also for other web servers. */
export function renderClassicScript(input: {
  readonly base: string
  readonly kernelArguments?: readonly string[]
}): string {
  const { base, kernelArguments = guideArguments(base) } = input
  return renderInstallScript({
    host: 'this machine',
    base,
    kernelUrl: `${base}/${CLASSIC_NAMES.kernel}`,
    initrdUrl: `${base}/${CLASSIC_NAMES.initrd}`,
    kernelArguments,
  })
}
