/** A name for the ISO's installer that is not taken, made of its file name. */
export function installerNameFor(isoPath: string, taken: readonly string[]): string {
  const file = isoPath.split('/').at(-1) ?? ''
  const name =
    file
      .replace(/\.iso$/i, '')
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 120) || 'installer'
  let proposed = name
  for (let number = 2; taken.includes(proposed); number += 1) proposed = `${name}-${number}`
  return proposed
}
