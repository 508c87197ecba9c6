import { type Document, isMap, isNode, isPair, isScalar, isSeq } from 'yaml'
import type { Finding } from '../../domain/user-data.ts'

/** A parsed document with a way from nodes to lines. */
export interface Tree {
  readonly yaml: Document
  readonly values: unknown
  place(offset: number): { readonly line: number; readonly column: number }
}

/** One thing that can be wrong. */
export type TreeRule = (tree: Tree) => readonly Finding[]

type Path = readonly (string | number)[]

/** Stages the boot and the installer run; `.before` and `.after` of each exist too. */
const STAGES = ['rootfs', 'initramfs', 'fs', 'boot', 'network', 'reconcile']

const PLACEHOLDER = /^(#+|x{3,}|<.*>|changeme|change-me|your[-_ ].*|todo|token|password)$/i

/** Characters a host id may not have. */
const FORBIDDEN_IN_NAME = /[/?#&+%,$~!@*(){}|=;:<>'.^"\s]/

export const TREE_RULES: readonly TreeRule[] = [
  topLevel,
  stagesShape,
  stageOutsideStages,
  placeholders,
  endpointWithScheme,
  finish,
  localWithToken,
  installDevice,
  siteName,
  usersCanLogIn,
  scalarTypes,
]

function topLevel(tree: Tree): readonly Finding[] {
  const { contents } = tree.yaml
  if (contents === null || isMap(contents)) return []
  return [
    finding(
      tree,
      [],
      'error',
      'top-level',
      'the document must be a map of keys such as stylus: and install:',
    ),
  ]
}

function stagesShape(tree: Tree): readonly Finding[] {
  const stages = tree.yaml.get('stages', true)
  if (stages === undefined) return []
  if (!isMap(stages))
    return [finding(tree, ['stages'], 'error', 'stages', 'stages must be a map of stage names')]
  return stages.items.flatMap((pair) => {
    const stage = String(isScalar(pair.key) ? pair.key.value : pair.key)
    const path = ['stages', stage]
    if (!isSeq(pair.value)) {
      const fix = 'put a "- " before the first key of each entry'
      return [finding(tree, path, 'error', 'stage-list', `stages.${stage} must be a list of steps`, fix)]
    }
    return pair.value.items.flatMap((step, index) => stepShape(tree, step, [...path, index]))
  })
}

function stepShape(tree: Tree, step: unknown, path: Path): readonly Finding[] {
  const where = path.join('.')
  if (!isMap(step))
    return [finding(tree, path, 'error', 'stage-step', `${where} must be a map with name, commands …`)]
  const found: Finding[] = []
  const commands = step.get('commands', true)
  if (commands !== undefined && !isSeq(commands)) {
    const fix = 'write commands: and below it one "- command" per line'
    found.push(
      finding(tree, [...path, 'commands'], 'error', 'commands', `${where}.commands must be a list`, fix),
    )
  }
  if (isSeq(commands)) {
    for (const [index, command] of commands.items.entries()) {
      if (isScalar(command) && typeof command.value === 'string') continue
      const at = [...path, 'commands', index]
      const fix = 'put the command in quotes'
      found.push(
        finding(
          tree,
          at,
          'error',
          'commands',
          `${at.join('.')} is not text; a colon may have made it a map`,
          fix,
        ),
      )
    }
  }
  const condition = step.get('if', true)
  if (condition !== undefined && !(isScalar(condition) && typeof condition.value === 'string')) {
    const fix = "put the condition in quotes: if: '[ -f /x ]'"
    found.push(
      finding(
        tree,
        [...path, 'if'],
        'error',
        'if',
        `${where}.if is not text: YAML takes [ … ] for a list`,
        fix,
      ),
    )
  }
  return found
}

function stageOutsideStages(tree: Tree): readonly Finding[] {
  const { contents } = tree.yaml
  if (!isMap(contents)) return []
  return contents.items.flatMap((pair) => {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key)
    const isStage = STAGES.includes(key.replace(/\.(before|after)$/, '')) && isSeq(pair.value)
    if (!isStage) return []
    return [
      finding(
        tree,
        [key],
        'error',
        'stage-place',
        `${key} stands outside of stages: and would never run`,
        `indent it below stages:`,
      ),
    ]
  })
}

/** Keys whose empty value is an unquoted `####`, which YAML takes for a comment. */
const SECRET_KEYS = /^(password|passwd|edgeHostToken|encodedPassword)$/

function placeholders(tree: Tree): readonly Finding[] {
  return scalars(tree).flatMap(({ path, value }) => {
    const key = String(path.at(-1))
    if (!SECRET_KEYS.test(key)) return []
    if (value === null) {
      const message = `${path.join('.')} is empty: an unquoted #### is a comment`
      return [
        finding(tree, path, 'error', 'placeholder', message, 'give the value in quotes, or remove the key'),
      ]
    }
    if (typeof value === 'string' && PLACEHOLDER.test(value)) {
      return [finding(tree, path, 'error', 'placeholder', `${path.join('.')} is still a placeholder`)]
    }
    return []
  })
}

function endpointWithScheme(tree: Tree): readonly Finding[] {
  const path = ['stylus', 'site', 'paletteEndpoint']
  const value = tree.yaml.getIn(path)
  if (typeof value !== 'string' || !/^[a-z]+:\/\/|\//i.test(value)) return []
  const fix = `write ${value.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '')}`
  return [
    finding(tree, path, 'error', 'endpoint', 'paletteEndpoint is a host name, without scheme and path', fix),
  ]
}

function finish(tree: Tree): readonly Finding[] {
  const reboot = tree.yaml.getIn(['install', 'reboot'])
  const poweroff = tree.yaml.getIn(['install', 'poweroff'])
  if (reboot === true && poweroff === true) {
    return [
      finding(
        tree,
        ['install', 'poweroff'],
        'warning',
        'finish',
        'with both reboot and poweroff the installer reboots',
        'keep one of them',
      ),
    ]
  }
  if (reboot !== true && poweroff !== true) {
    const message =
      'neither install.poweroff nor install.reboot is true: the installer stays up when it is done'
    return [finding(tree, ['install'], 'warning', 'finish', message, 'set install.poweroff: true')]
  }
  return []
}

function localWithToken(tree: Tree): readonly Finding[] {
  const path = ['stylus', 'site', 'edgeHostToken']
  const isLocal = tree.yaml.getIn(['stylus', 'managementMode']) === 'local'
  if (!isLocal || tree.yaml.getIn(path) === undefined) return []
  return [
    finding(
      tree,
      path,
      'warning',
      'local-token',
      'a locally managed host does not register; its token is not used',
    ),
  ]
}

function installDevice(tree: Tree): readonly Finding[] {
  const device = tree.yaml.getIn(['install', 'device'])
  if (device !== undefined && device !== 'auto') return []
  const message = 'no install.device: the installer takes the largest disk, whatever is on it'
  return [
    finding(
      tree,
      ['install'],
      'warning',
      'device',
      message,
      'name it, best by /dev/disk/by-id/…, on machines with data disks',
    ),
  ]
}

function siteName(tree: Tree): readonly Finding[] {
  const path = ['stylus', 'site', 'name']
  const value = tree.yaml.getIn(path)
  if (typeof value !== 'string' || value === '$random') return []
  if (value.length <= 128 && !FORBIDDEN_IN_NAME.test(value)) return []
  const message = 'the name becomes the host id: at most 128 characters, no spaces, dots or punctuation'
  return [finding(tree, path, 'error', 'name', message, 'use letters, digits, hyphens and underscores')]
}

function usersCanLogIn(tree: Tree): readonly Finding[] {
  const users = tree.yaml.getIn(['stylus', 'site', 'users'])
  if (!isSeq(users)) return []
  return users.items.flatMap((user, index) => {
    if (!isMap(user) || user.has('passwd') || user.has('ssh_authorized_keys')) return []
    const path = ['stylus', 'site', 'users', index]
    return [
      finding(tree, path, 'warning', 'login', 'this user has neither a password nor a key and cannot log in'),
    ]
  })
}

const BOOLEANS: readonly Path[] = [
  ['install', 'poweroff'],
  ['install', 'reboot'],
  ['install', 'auto'],
  ['install', 'force'],
  ['stylus', 'debug'],
  ['stylus', 'trace'],
]

function scalarTypes(tree: Tree): readonly Finding[] {
  const wrong = BOOLEANS.filter((path) => {
    const value = tree.yaml.getIn(path)
    return value !== undefined && typeof value !== 'boolean'
  })
  const mode = tree.yaml.getIn(['stylus', 'managementMode'])
  const badMode = mode !== undefined && mode !== 'local' && mode !== 'central'
  return [
    ...wrong.map((path) =>
      finding(
        tree,
        path,
        'error',
        'type',
        `${path.join('.')} must be true or false`,
        'YAML knows only true and false, without quotes',
      ),
    ),
    ...(badMode
      ? [
          finding(
            tree,
            ['stylus', 'managementMode'],
            'error',
            'type',
            'managementMode must be central or local',
          ),
        ]
      : []),
  ]
}

function scalars(tree: Tree): readonly { readonly path: Path; readonly value: unknown }[] {
  const found: { path: Path; value: unknown }[] = []
  const visit = (node: unknown, path: Path): void => {
    if (isMap(node)) {
      for (const pair of node.items)
        visit(pair.value, [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)])
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index])
    } else if (isScalar(node)) found.push({ path, value: node.value })
    else if (node === null) found.push({ path, value: null })
  }
  visit(tree.yaml.contents, [])
  return found
}

function finding(
  tree: Tree,
  path: Path,
  severity: Finding['severity'],
  rule: string,
  message: string,
  fix?: string,
): Finding {
  return { severity, rule, message, ...placeOf(tree, path), ...(fix ? { fix } : {}) }
}

/** Where the key of the path stands, or the nearest one above it that is there. */
function placeOf(tree: Tree, path: Path): { readonly line: number; readonly column: number } {
  let node: unknown = tree.yaml.contents
  let offset = 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step)
      if (!pair) break
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      if (isNode(node)) offset = node.range?.[0] ?? offset
    } else break
  }
  return tree.place(offset)
}
