import { CLASSIC_NAMES } from '../../domain/artifact.ts'
import { renderInstallScript } from './install-script.ts'

/** `palette.ipxe` of the published guide: same for all hosts, classic names, also for other web servers. */
export function renderClassicScript(input: {
  readonly base: string
  readonly kernelArguments: readonly string[]
}): string {
  const { base, kernelArguments } = input
  return renderInstallScript({
    host: 'this machine',
    base,
    kernelUrl: `${base}/${CLASSIC_NAMES.kernel}`,
    initrdUrl: `${base}/${CLASSIC_NAMES.initrd}`,
    kernelArguments,
  })
}
