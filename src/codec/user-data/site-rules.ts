import { showPath } from '../../domain/user-data-key.ts'
import { type Located, scalarAt, valueAt } from './located.ts'
import type { Problem } from './problem.ts'

/** What `stylus` says that does not go together, or keeps the host from registering. */
export function checkSite(root: Located): readonly Problem[] {
  return [...endpoint(root), ...token(root), ...proxy(root), ...logins(root)]
}

function endpoint(root: Located): readonly Problem[] {
  const node = valueAt(root, 'stylus', 'site', 'paletteEndpoint')
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return []
  if (!/[/@\s]/.test(node.value)) return []
  const host = node.value.replace(/^[a-z]*:\/\//i, '').replace(/[/?#].*$/s, '')
  const fix = /^[\w.:-]{1,253}$/.test(host) ? `write ${host}` : 'write the host name only'
  const message = 'stylus.site.paletteEndpoint is a host name, without scheme and path'
  return [{ rule: 'endpoint', offset: node.keyOffset, message, fix }]
}

function token(root: Located): readonly Problem[] {
  const site = valueAt(root, 'stylus', 'site')
  const node = site?.kind === 'map' ? site.entries.get('edgeHostToken') : undefined
  if (site?.kind !== 'map' || !node) return []
  if (scalarAt(root, 'stylus', 'managementMode') === 'local') {
    const message = 'a locally managed host does not register; its token is not used'
    return [{ rule: 'local-token', offset: node.keyOffset, message, fix: 'remove the token' }]
  }
  const found: Problem[] = []
  if (!site.entries.has('paletteEndpoint')) {
    const message = 'there is a token, but no paletteEndpoint to register at'
    const fix = 'add paletteEndpoint beside it'
    found.push({ rule: 'token-endpoint', offset: node.keyOffset, message, fix })
  }
  if (!site.entries.has('projectName') && !site.entries.has('projectUid')) {
    const message =
      "there is a token, but no project: the host appears in the token's default project or nowhere"
    found.push({ rule: 'token-project', offset: node.keyOffset, message, fix: 'add projectName beside it' })
  }
  return found
}

function proxy(root: Located): readonly Problem[] {
  const network = valueAt(root, 'stylus', 'site', 'network')
  if (network?.kind !== 'map' || network.entries.has('noProxy')) return []
  const node = network.entries.get('httpProxy') ?? network.entries.get('httpsProxy')
  if (!node) return []
  const message =
    'there is a proxy, but no noProxy: traffic among hosts and within the cluster goes through it too'
  return [
    { rule: 'no-proxy', offset: node.keyOffset, message, fix: 'add noProxy with the networks of the site' },
  ]
}

/** Users of the site, of the document and of steps. */
function logins(root: Located): readonly Problem[] {
  const stages = valueAt(root, 'stages')
  const lists = stages?.kind === 'map' ? [...stages.entries.values()] : []
  const steps = lists.flatMap((list) => (list.kind === 'list' ? list.items : []))
  const groups = [
    valueAt(root, 'stylus', 'site', 'users'),
    valueAt(root, 'users'),
    ...steps.map((step) => valueAt(step, 'users')),
  ]
  return groups.flatMap((group) => {
    const users =
      group?.kind === 'map' ? [...group.entries.values()] : group?.kind === 'list' ? group.items : []
    return users.filter(cannotLogIn).map((user): Problem => {
      const message = `${showPath(user.path)} has neither a password nor a key and cannot log in`
      return { rule: 'login', offset: user.keyOffset, message, fix: 'add ssh_authorized_keys or passwd' }
    })
  })
}

function cannotLogIn(user: Located): boolean {
  return user.kind === 'map' && !user.entries.has('passwd') && !user.entries.has('ssh_authorized_keys')
}
