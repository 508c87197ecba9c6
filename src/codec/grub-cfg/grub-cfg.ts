const MAX_LINES = 5000
const MAX_DEPTH = 10
/** Kernels take 2048 bytes; vendors' lines may have more before the ISO's own part is left out. */
const MAX_LINE_LENGTH = 16_384

/** Arguments that belong to booting from the ISO itself. */
const OF_THE_ISO =
  /^(root=|rd\.live\.(dir|squashimg|ram)=|cdroot|iso-scan\/|live:|CDLABEL=|initrd=|BOOT_IMAGE=)/

/**
 * Kernel arguments of the first entry of a grub.cfg that boots a kernel, simple variables (`set a=b`, `$a`, `${a}`)
 * filled in, what belongs to the ISO left out. Reads only as much of GRUB's language as menus of installers use;
 * what it cannot resolve is left out.
 */
export function readKernelArguments(config: string): readonly string[] {
  const variables = new Map<string, string>()
  for (const line of config.split('\n').slice(0, MAX_LINES)) {
    const set = /^\s*set\s+([A-Za-z_]\w*)=(.*)$/.exec(line)
    if (set?.[1] !== undefined && set[2] !== undefined) {
      const value = unquoted(set[2].trim())
      // `if` blocks are not followed: the first value stands, as it is the default.
      if (!variables.has(set[1])) variables.set(set[1], value)
      continue
    }
    const linux = /^\s*(?:\$?linux(?:efi|16)?|linux)\s+(\S+)\s*(.*)$/.exec(line)
    if (linux?.[2] !== undefined) {
      const words = resolve(linux[2], variables, 0).split(/\s+/).map(unquoted)
      return words.filter((word) => word !== '' && !OF_THE_ISO.test(word) && !word.includes('$'))
    }
  }
  return []
}

/** Variables are filled in as long as the line stays one that a kernel could take; later ones stay as they are. */
function resolve(text: string, variables: ReadonlyMap<string, string>, depth: number): string {
  if (depth > MAX_DEPTH) return text
  let room = MAX_LINE_LENGTH - text.length
  const next = text.replace(/\$\{(\w+)\}|\$(\w+)/g, (whole, braced, bare) => {
    const value = variables.get(braced ?? bare)
    if (value === undefined || value.length > room) return whole
    room -= value.length
    return value
  })
  return next === text ? text : resolve(next, variables, depth + 1)
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1').replace(/^'(.*)'$/, '$1')
}
