import { findModeWord } from '../../domain/mode-words.ts'
import { showPath, type UserDataPath } from '../../domain/user-data-key.ts'
import { below, USER_DATA } from '../../domain/user-data-keys.ts'
import { everyValue, type Located, type LocatedScalar } from './located.ts'
import type { Problem } from './problem.ts'

/** Values that readers of YAML, or the host, take for something else than the person meant. */
export function checkValues(root: Located): readonly Problem[] {
  return [...everyValue(root)].flatMap((node) => {
    if (node.kind === 'map' && node.hasOddKey) return [oddKey(node)]
    if (node.kind !== 'scalar') return []
    return [...truthWord(node), ...octal(node), ...template(node), ...modeWord(node)]
  })
}

function oddKey(node: Located): Problem {
  const message = `${showPath(node.path)} has a map or list as a key, which is what YAML makes of an unquoted {{ … }}`
  return { rule: 'template-quotes', offset: node.offset, message, fix: "put it in quotes: '{{ … }}'" }
}

function truthWord(node: LocatedScalar): readonly Problem[] {
  // For keys that want a truth value the type rule has said it.
  if (!/^(yes|no|on|off)$/i.test(node.plain ?? '') || shapeKind(node.path) === 'boolean') return []
  const message = `${showPath(node.path)} is text to some readers of YAML and a truth value to others`
  return [
    { rule: 'truth-word', offset: node.offset, message, fix: 'put it in quotes, or write true or false' },
  ]
}

function octal(node: LocatedScalar): readonly Problem[] {
  const { plain, offset, path } = node
  if (plain === undefined || !/^0[0-7]+$/.test(plain) || typeof node.value !== 'number') return []
  const isMode = path.at(-1) === 'permissions'
  const message = `${showPath(path)} begins with 0: octal to Kairos, decimal to other readers of YAML`
  const fix = isMode ? `write ${Number.parseInt(plain, 8)}, the same in decimal` : 'put it in quotes'
  return [{ rule: 'octal', offset, message, fix }]
}

function template({ value, path, offset }: LocatedScalar): readonly Problem[] {
  if (typeof value !== 'string' || !/\{\{.{0,200}\}\}/s.test(value) || path[0] === 'stages') return []
  const message = `${showPath(path)} is a template, which only agents from 2.31 fill in`
  return [{ rule: 'template', offset, message, fix: 'write the value itself for older installers' }]
}

/** What goes into the kernel line of the installed host. */
function modeWord({ value, path, offset }: LocatedScalar): readonly Problem[] {
  const isLine = path.includes('grub_options') && /cmdline/.test(String(path.at(-1)))
  const word = isLine && typeof value === 'string' ? findModeWord(value) : undefined
  if (word === undefined) return []
  const message = `${showPath(path)} contains ${word}, which switches the boot mode wherever it stands`
  return [{ rule: 'mode-word', offset, message, fix: 'take it out, or rename what contains it' }]
}

function shapeKind(path: UserDataPath): string | undefined {
  let shape: typeof USER_DATA | undefined = USER_DATA
  for (const step of path) shape = shape ? below(shape, step)?.shape : undefined
  return shape?.kind
}
