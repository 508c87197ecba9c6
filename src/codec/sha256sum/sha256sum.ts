/**
 * The digest that a checksum file states for `fileName`, in lower-case hex: GNU form (`HEX  NAME`, `HEX *NAME`, or
 * just `HEX`) and BSD form (`SHA256 (NAME) = HEX`). A file with a single digest is about that ISO whatever name it
 * states: people rename ISOs.
 */
export function readSha256Sum(text: string, fileName: string): string | undefined {
  const lines = text
    .split('\n', 1000)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const sums = lines.flatMap((line) => {
    const gnu = /^\\?([0-9a-fA-F]{64})(?:\s+\*?(.+))?$/.exec(line)
    const bsd = /^SHA256 \((.+)\) = ([0-9a-fA-F]{64})$/.exec(line)
    const hex = gnu?.[1] ?? bsd?.[2]
    return hex ? [{ hex: hex.toLowerCase(), name: (gnu?.[2] ?? bsd?.[1] ?? '').replace(/^.*\//, '') }] : []
  })
  return (sums.find(({ name }) => name === fileName) ?? (sums.length === 1 ? sums[0] : undefined))?.hex
}
