/** What the fleet page keeps in its address, so that a view can be sent to somebody. */
export interface FleetSearch {
  readonly text?: string
}

/** Reads the address; what makes no sense in it is left out. */
export function parseFleetSearch(search: Readonly<Record<string, unknown>>): FleetSearch {
  const { text } = search
  return { ...(typeof text === 'string' && text !== '' ? { text: text.slice(0, 256) } : {}) }
}
