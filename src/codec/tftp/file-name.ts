/** Characters of a name that are shown. */
const SHOWN = 128

/** The name a boot file is looked for under: without leading slashes, and otherwise as the client wrote it. */
export function lookupName(name: string): string {
  return name.replace(/^\/+/, '')
}

/** A name for people and logs: bytes that are no printable ASCII as `\xff`, and not longer than one wants to read. */
export function showName(name: string): string {
  const shown = name
    .slice(0, SHOWN)
    .replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return name.length > SHOWN ? `${shown}…` : shown
}

/** What is odd about a name that leads to no file, and where to look; `undefined` for a plain name. */
export function oddityOf(name: string): string | undefined {
  if (name.endsWith('\xff')) {
    return 'the name ends in a stray byte ff, which some boot ROMs add when DHCP sends the name without an end: let it end in a zero byte'
  }
  if (/[^ -~]/.test(name)) return 'the name has bytes that are no printable ASCII'
  if (name.includes('\\')) return 'the name has backslashes: names here have only slashes'
  if (name.split('/').includes('..'))
    return 'the name climbs out of its folder: names here are whole and fixed'
  return undefined
}
