import { Failure } from '../../domain/failure.ts'
import { type Fleet, type FleetHost, hostVariables, type UserDataLayer } from '../../domain/fleet/fleet.ts'
import type { FleetProblem, Place } from '../../domain/fleet/problem.ts'
import { isSecretKey } from '../../domain/fleet/secret-key.ts'
import {
  asSecret,
  childPath,
  leavesOf,
  mapEntries,
  secretLeavesOf,
  type Tree,
  type TreeMap,
  withLayer,
} from '../../domain/fleet/tree.ts'
import { expandVariables, type FileLookup, type VariableSources } from '../../domain/fleet/variables.ts'
import { mergeLayers, settleAppends } from '../../domain/merge-layers.ts'
import type { UserDataPath } from '../../domain/user-data-key.ts'
import { isSecretPath } from '../../domain/user-data-secrets.ts'
import { emitYaml, originsOf } from './emit-yaml.ts'
import { parseYamlTrees } from './yaml-tree.ts'

/** What rendering needs from outside; whoever calls has bounded how much is read. */
export interface RenderLookups {
  env(name: string): string | undefined
  /**
   * A user-data layer or the file of a `${file.PATH}`; `from` is the file that names it, at whose folder relative
   * paths start.
   */
  file(path: string, from: string): FileLookup
}

/** Where one value of a document came from. */
export interface ExplainedValue {
  /** For example `stylus.site.tags.site`, `stages.boot[0].commands[1]`. */
  readonly path: string
  /** `fleet`, `profile NAME` or `host NAME`. */
  readonly layer: string
  readonly place: Place
  readonly secret: boolean
}

/** With errors the documents are empty. */
export interface RenderedUserData {
  /** What the host gets, secrets included. */
  readonly document: string
  /** The same with its secrets masked, to be shown. */
  readonly masked: string
  /** Where its secrets stand, as far as the keys themselves do not tell. */
  readonly secretPaths: readonly UserDataPath[]
  /** One entry for each value of the document, in its order. */
  readonly explain: readonly ExplainedValue[]
  /** Of each line of the document (the first is at 0) where it came from; nothing for the header. */
  readonly origins: readonly (Place | undefined)[]
  readonly errors: readonly FleetProblem[]
}

/** Renders host after host, reading and merging what they share only once. */
export interface UserDataRenderer {
  /** Failure `host.not-found` for a name the fleet has not. */
  readonly render: (hostName: string) => RenderedUserData
}

/** The installer skips larger files. UTF-16 units, which are at most the bytes. */
const MAX_DOCUMENT_LENGTH = 1024 * 1024
const HEADER = '#cloud-config\n'

/** The user-data of one host of a fleet: its layers merged, its variables replaced. */
export function renderUserData(fleet: Fleet, hostName: string, lookups: RenderLookups): RenderedUserData {
  return createUserDataRenderer(fleet, lookups).render(hostName)
}

/** As `renderUserData`, for many hosts of a fleet. */
export function createUserDataRenderer(fleet: Fleet, given: RenderLookups): UserDataRenderer {
  const lookups = askingOnce(given)
  const layers = new Map<UserDataLayer, LayerTree>()
  const bases = new Map<string, LayerTree>()
  const treeOf = (layer: UserDataLayer | undefined, name: string): LayerTree => {
    const known = layer && layers.get(layer)
    const read = known ?? readLayer(layer, name, lookups)
    if (layer && !known) layers.set(layer, read)
    return read
  }
  const baseOf = (profileName: string): LayerTree => {
    const known = bases.get(profileName)
    if (known) return known
    const profile = fleet.profiles.get(profileName)
    const base = over(treeOf(fleet.userData, 'fleet'), treeOf(profile?.userData, `profile ${profileName}`))
    bases.set(profileName, base)
    return base
  }
  return {
    render(hostName) {
      const host = fleet.hosts.get(hostName)
      if (!host) throw new Failure('host.not-found', `the fleet has no host ${hostName.slice(0, 64)}`)
      const merged = over(baseOf(host.profile), treeOf(host.userData, `host ${hostName}`))
      return finish(host, merged, lookups)
    },
  }
}

interface LayerTree {
  readonly tree: TreeMap
  readonly errors: readonly FleetProblem[]
}

function over(base: LayerTree, layer: LayerTree): LayerTree {
  const { tree, problems } = mergeLayers(base.tree, layer.tree)
  return { tree, errors: [...base.errors, ...layer.errors, ...problems] }
}

function finish(host: FleetHost, merged: LayerTree, lookups: RenderLookups): RenderedUserData {
  const errors = [...merged.errors]
  const sources: VariableSources = { ...lookups, host: hostVariables(host) }
  const tree = expandTree(settleAppends(merged.tree), '', sources, errors)
  const isEmpty = tree.kind === 'map' && tree.entries.size === 0
  const document = isEmpty ? HEADER : HEADER + emitYaml(tree)
  if (document.length > MAX_DOCUMENT_LENGTH) {
    errors.push({
      ...host.place,
      key: host.name,
      message: 'its user-data is larger than 1 MiB, which installers skip',
    })
  }
  if (errors.length > 0)
    return { document: '', masked: '', secretPaths: [], explain: [], origins: [], errors }
  return {
    document,
    // Asked for by people, not when thousands of hosts are rendered.
    get masked() {
      return isEmpty ? HEADER : HEADER + emitYaml(tree, { mask: true })
    },
    get secretPaths() {
      return secretLeavesOf(tree).filter((path) => !isSecretPath(path))
    },
    get explain() {
      return isEmpty ? [] : explain(tree)
    },
    get origins() {
      return [undefined, ...(isEmpty ? [] : originsOf(tree))]
    },
    errors,
  }
}

function explain(tree: Tree): readonly ExplainedValue[] {
  return leavesOf(tree).map(({ path, node }) => ({
    path,
    layer: node.layer ?? '',
    place: node.place,
    secret: node.kind === 'scalar' && node.secret,
  }))
}

function readLayer(layer: UserDataLayer | undefined, name: string, lookups: RenderLookups): LayerTree {
  if (!layer) return { tree: emptyMap({ file: '', line: 1, column: 1 }), errors: [] }
  if (layer.kind === 'inline') return { tree: withLayer(layer.tree, name), errors: [] }
  const found = lookups.file(layer.path, layer.place.file)
  const refuse = (message: string): LayerTree => ({
    tree: emptyMap(layer.place),
    errors: [{ ...layer.place, key: 'userData', message }],
  })
  if ('problem' in found) return refuse(`${layer.path}: ${found.problem}`)
  const { documents, problems } = parseYamlTrees({ file: found.file ?? layer.path, text: found.text })
  if (problems.length > 0) return { tree: emptyMap(layer.place), errors: problems }
  const [tree = emptyMap(layer.place), ...others] = documents
  if (others.length > 0) return refuse(`${layer.path} has more than one document`)
  if (tree.kind !== 'map') return refuse(`${layer.path} has to be a map of keys such as stylus: and install:`)
  return { tree: withLayer(tree, name), errors: [] }
}

function expandTree(tree: Tree, path: string, sources: VariableSources, errors: FleetProblem[]): Tree {
  switch (tree.kind) {
    case 'map':
      return {
        ...tree,
        entries: mapEntries(tree.entries, (value, key) => {
          const expanded = expandTree(value, childPath(path, key), sources, errors)
          return isSecretKey(key) ? asSecret(expanded) : expanded
        }),
      }
    case 'list': {
      const items = tree.items.map((item, index) => expandTree(item, `${path}[${index}]`, sources, errors))
      return { ...tree, items }
    }
    case 'scalar': {
      if (!tree.text.includes('${')) return tree
      const { text, secret, problems } = expandVariables(tree.text, sources, tree.place.file)
      errors.push(...problems.map((message) => ({ ...tree.place, key: path, message })))
      // What variables bring in is text, whatever it looks like.
      return { ...tree, text, plain: false, secret: tree.secret || secret }
    }
  }
}

/** Each file is asked for once, however many hosts name it. */
function askingOnce(lookups: RenderLookups): RenderLookups {
  const files = new Map<string, FileLookup>()
  return {
    env: (name) => lookups.env(name),
    file(path, from) {
      const key = `${from}\n${path}`
      const found = files.get(key) ?? lookups.file(path, from)
      files.set(key, found)
      return found
    },
  }
}

function emptyMap(place: Place): TreeMap {
  return { kind: 'map', entries: new Map(), place }
}
