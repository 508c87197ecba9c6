import { nearest } from '../nearest.ts'

/** Longest content of a file that a variable brings in, in UTF-16 units. */
export const MAX_VARIABLE_LENGTH = 64 * 1024

/**
 * What a file gave: its text, and its path as people know it if that is not the one asked for; or why there is
 * none, as the end of a sentence (`there is no such file`).
 */
export type FileLookup = { readonly text: string; readonly file?: string } | { readonly problem: string }

/** Where values come from. Nothing is read here: whoever calls has read it, or reads it when asked. */
export interface VariableSources {
  /** `${host.…}`: `name`, `profile`, `labels.x`, `match.mac` … */
  readonly host: ReadonlyMap<string, string>
  env(name: string): string | undefined
  /** `from`: the file in which the variable stands; relative paths start at its folder. */
  file(path: string, from: string): FileLookup
}

/** A text with its variables replaced. `secret`: something in it came from the environment or from a file. */
export interface Expanded {
  readonly text: string
  readonly secret: boolean
  /** What could not be replaced, each with what would be right. */
  readonly problems: readonly string[]
}

const VARIABLE = /\$\$\{|\$\{([^}\n]*)(\}?)/g
const SHOWN_LENGTH = 80

/**
 * Replaces `${host.…}`, `${env.NAME}` and `${file.PATH}` once: what is brought in is never looked at again. `$${`
 * stands for `${`. Of a file, one line break at its end is left out.
 */
export function expandVariables(text: string, sources: VariableSources, from: string): Expanded {
  if (!text.includes('${')) return { text, secret: false, problems: [] }
  const problems: string[] = []
  let secret = false
  const expanded = text.replace(VARIABLE, (whole: string, name: string | undefined, end: string) => {
    if (name === undefined) return '${'
    const found = end
      ? lookUp(name, sources, from)
      : { problem: `\${${shown(name)} has no closing brace ${ESCAPE}` }
    if ('problem' in found) {
      problems.push(found.problem)
      return whole
    }
    secret ||= found.secret
    return found.value
  })
  return { text: expanded, secret, problems }
}

type Found = { readonly value: string; readonly secret: boolean } | { readonly problem: string }

const ESCAPE = '(for a ${ that is meant for the host itself write $${)'

function lookUp(name: string, sources: VariableSources, from: string): Found {
  const dot = name.indexOf('.')
  const scope = dot < 0 ? name : name.slice(0, dot)
  const rest = dot < 0 ? '' : name.slice(dot + 1)
  switch (rest === '' ? '' : scope) {
    case 'host':
      return hostValue(rest, sources.host)
    case 'env':
      return environmentValue(rest, sources.env(rest))
    case 'file':
      return fileValue(rest, sources.file(rest, from))
    default: {
      const near = nearest(scope, ['host', 'env', 'file'])
      return unknown(name, ['host.name', 'host.profile', 'env.NAME', 'file.PATH'], near && `${near}.${rest}`)
    }
  }
}

function hostValue(name: string, values: ReadonlyMap<string, string>): Found {
  const value = values.get(name)
  if (value !== undefined) return { value, secret: false }
  const known = [...values.keys()]
  const near = nearest(name, known)
  return unknown(
    `host.${name}`,
    known.map((key) => `host.${key}`),
    near && `host.${near}`,
  )
}

function environmentValue(name: string, value: string | undefined): Found {
  if (value === undefined)
    return { problem: `\${env.${shown(name)}}: the environment has no variable of that name ${ESCAPE}` }
  if (value.length > MAX_VARIABLE_LENGTH) return { problem: tooLong(`env.${name}`) }
  return { value, secret: true }
}

function fileValue(path: string, found: FileLookup): Found {
  if ('problem' in found) return { problem: `\${file.${shown(path)}}: ${found.problem}` }
  if (found.text.length > MAX_VARIABLE_LENGTH) return { problem: tooLong(`file.${path}`) }
  return { value: found.text.replace(/\r?\n$/, ''), secret: true }
}

function tooLong(name: string): string {
  return `\${${shown(name)}} is longer than ${MAX_VARIABLE_LENGTH / 1024} KiB`
}

function unknown(name: string, known: readonly string[], near: string | undefined): Found {
  const hint = near ? `did you mean \${${shown(near)}}?` : `there are ${known.slice(0, 12).join(', ')}`
  return { problem: `\${${shown(name)}} is no variable: ${hint} ${ESCAPE}` }
}

function shown(name: string): string {
  return name.length > SHOWN_LENGTH ? `${name.slice(0, SHOWN_LENGTH)}…` : name
}
