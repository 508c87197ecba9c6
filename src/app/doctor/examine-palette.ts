import { lookAtEndpoint } from '../../adapters/palette-api/look-at-endpoint.ts'
import { createPaletteRegistry } from '../../adapters/palette-api/palette-registry.ts'
import { judgeSkew } from '../../domain/doctor/clock.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { Failure } from '../../domain/failure.ts'
import { parseEdgeHostId } from '../../domain/palette.ts'
import type { PaletteTroubleAnswer } from '../../domain/palette-answer.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PaletteRegistry } from '../../ports/palette-registry.ts'
import type { PaletteSettings } from '../palette.ts'

/** An edge host that nobody has. */
const NOBODY = parseEdgeHostId('edgeboot-doctor')

/** `undefined`: none was set up. A Failure: what was given cannot be used. */
export type GivenPalette = PaletteSettings | Failure | undefined

/** Whether Palette is reached, takes the key and knows the project. The key is in no finding. */
export async function* examinePalette(
  palette: GivenPalette,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  if (!palette) return
  if (palette instanceof Failure) {
    yield { name: 'Palette', verdict: 'bad', detail: palette.message }
    return
  }
  const { endpoint, ca, apiKey } = palette
  const asked = clock.now()
  const look = await lookAtEndpoint({ endpoint, ca }, signal)
  const answered = clock.now()
  if ('why' in look) {
    yield {
      ...{ name: 'Palette', verdict: 'bad', detail: `${endpoint}: ${look.why}` },
      remedy: 'look at the way there (proxy, DNS, firewall), and at --palette-endpoint',
    }
    return
  }
  yield judgeStatus(endpoint, look.status)
  if (look.dateMs !== undefined) yield judgeSkew('clock of Palette', { theirs: look.dateMs, asked, answered })
  if (apiKey === undefined) {
    const detail = 'there is none, so nothing more can be asked (--palette-api-key-file)'
    yield { name: 'API key of Palette', verdict: 'good', detail }
    return
  }
  using registry = createPaletteRegistry({
    ...{ endpoint, apiKey, clock },
    ...(palette.projectUid === undefined ? {} : { projectUid: palette.projectUid }),
    ...(ca === undefined ? {} : { ca }),
  })
  yield* examineKey(registry, palette.projectUid, signal)
}

function judgeStatus(endpoint: string, status: number): Finding {
  const name = 'Palette'
  if (status < 300 || status === 401 || status === 403 || status === 404)
    return { name, verdict: 'good', detail: `${endpoint} answers` }
  if (status === 429 || status >= 500)
    return { name, verdict: 'warning', detail: `${endpoint} answers ${status}` }
  const remedy = 'look at --palette-endpoint: redirects are not followed'
  return { name, verdict: 'bad', detail: `${endpoint} answers ${status}, which Palette does not`, remedy }
}

async function* examineKey(
  registry: PaletteRegistry,
  projectUid: string | undefined,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  const name = 'API key of Palette'
  const answer = NOBODY && (await registry.edgeHost(NOBODY, signal))
  if (answer?.kind === 'trouble') {
    yield judgeTrouble(name, answer)
    return
  }
  yield { name, verdict: 'good', detail: 'is accepted, and may look at edge hosts' }
  const project = await registry.project(signal)
  if (project) yield judgeProject(project, projectUid ?? '')
}

function judgeProject(
  answer: NonNullable<Awaited<ReturnType<PaletteRegistry['project']>>>,
  uid: string,
): Finding {
  const name = 'project in Palette'
  switch (answer.kind) {
    case 'found':
      return { name, verdict: 'good', detail: `${uid}, ${answer.name}` }
    case 'not-found': {
      const remedy = 'correct --palette-project, and projectName or the token in the user-data'
      return {
        name,
        verdict: 'bad',
        detail: `there is no project ${uid}: hosts sent to it never appear`,
        remedy,
      }
    }
    case 'trouble':
      return judgeTrouble(name, answer)
  }
}

/** What passes by itself is no reason not to begin. */
function judgeTrouble(name: string, { trouble, detail }: PaletteTroubleAnswer): Finding {
  const passes = trouble === 'throttled' || trouble === 'failing' || trouble === 'slow'
  return { name, verdict: passes ? 'warning' : 'bad', detail }
}
