import { isFailure } from '../../domain/failure.ts'
import type { FleetReady } from '../../domain/fleet/fleet.ts'
import { parseReadyProbe } from '../../domain/ready-probe.ts'
import { type MapReader, optional, type Rule } from './map-reader.ts'
import { PORT } from './rules.ts'

const READY_KEYS = ['localUi', 'phoneHome', 'tcp', 'url', 'palette']

/** The key `ready` of a profile or a host: one of its forms as a map, or as `--ready` has it. */
export function parseReady(parent: MapReader): FleetReady | undefined {
  const entry = parent.entry('ready')
  if (!entry) return undefined
  if (entry.value.kind === 'scalar') return parent.value('ready', READY_TEXT)
  const reader = parent.map('ready', READY_KEYS)
  if (!reader) return undefined
  const kinds = READY_KEYS.filter((key) => reader.has(key))
  if (kinds.length !== 1) {
    parent.refuse(
      'ready',
      `has ${kinds.join(' and ') || 'nothing'}; expected exactly one of ${READY_KEYS.join(', ')}`,
    )
    return undefined
  }
  switch (kinds[0]) {
    case 'localUi':
      return { kind: 'local-ui', ...optional('port', reader.map('localUi', ['port'])?.value('port', PORT)) }
    case 'phoneHome':
      reader.map('phoneHome', [])
      return { kind: 'phone-home' }
    case 'tcp': {
      const port = reader.map('tcp', ['port'])?.required('port', PORT)
      return port === undefined ? undefined : { kind: 'tcp', port }
    }
    case 'url': {
      const url = reader.map('url', ['url'])?.required('url', READY_URL)
      return url === undefined ? undefined : { kind: 'url', url }
    }
    default: {
      reader.map('palette', [])
      return { kind: 'palette' }
    }
  }
}

const READY_TEXT: Rule<FleetReady> = {
  expected: `a map with one of ${READY_KEYS.join(', ')}, or auto, phone-home, local-ui, tcp:PORT or a URL`,
  parse(text) {
    if (text === 'local-ui') return { kind: 'local-ui' }
    try {
      return parseReadyProbe(text)
    } catch (error) {
      if (isFailure(error)) return undefined
      throw error
    }
  },
}

const READY_URL: Rule<string> = {
  expected: "an http or https URL in which {ip} stands for the host's address",
  parse(text) {
    const probe = READY_TEXT.parse(text)
    return probe?.kind === 'url' ? probe.url : undefined
  },
}
