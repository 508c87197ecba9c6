/** Where a key leads in a list of `count` rows, of which `page` are in sight (WAI-ARIA practices, grid); `undefined`: nowhere. */
export function nextIndex(key: string, current: number, count: number, page: number): number | undefined {
  const last = count - 1
  if (last < 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, current + 1)
    case 'ArrowUp':
      return Math.max(0, current - 1)
    case 'PageDown':
      return Math.min(last, current + page)
    case 'PageUp':
      return Math.max(0, current - page)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
