/** What a script has a machine fetch, one after the other. */
export interface ScriptedBoot {
  readonly kernelUrl: string
  readonly initrdUrls: readonly string[]
  /** `root=live:URL` of the kernel line: the live system fetches it (dracut.cmdline(7), livenet). */
  readonly rootfsUrl?: string
  /** `config_url=URL` of the kernel line: the installer fetches it. */
  readonly configUrl?: string
}

/** Longer scripts are not read. Characters. */
const MAX_LENGTH = 64 * 1024

/**
 * The downloads of an install script: of the commands `kernel` and `initrd` the URL, of the kernel line what is fetched
 * later. `undefined` for scripts that boot no kernel: wait, local boot, refusal. Other commands of iPXE, conditions
 * among them, are not followed.
 */
export function readBoot(script: string): ScriptedBoot | undefined {
  if (!script.startsWith('#!ipxe') || script.length > MAX_LENGTH) return undefined
  const lines = script.split(/\r?\n/).map((line) => line.trim().split(/\s+/))
  const kernel = lines.find(([command]) => command === 'kernel')
  const kernelUrl = kernel && urlIn(kernel)
  if (!kernel || kernelUrl === undefined) return undefined
  const initrdUrls = lines.flatMap((words) => (words[0] === 'initrd' ? (urlIn(words) ?? []) : []))
  const rootfsUrl = argumentIn(kernel, 'root=live:')
  const configUrl = argumentIn(kernel, 'config_url=')
  return {
    kernelUrl,
    initrdUrls,
    ...(rootfsUrl === undefined ? {} : { rootfsUrl }),
    ...(configUrl === undefined ? {} : { configUrl }),
  }
}

function urlIn(words: readonly string[]): string | undefined {
  return words.find((word) => /^https?:\/\//.test(word))
}

function argumentIn(words: readonly string[], prefix: string): string | undefined {
  const found = words.find((word) => word.startsWith(prefix))?.slice(prefix.length)
  return found && /^https?:\/\//.test(found) ? found : undefined
}
