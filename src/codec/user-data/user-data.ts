import { type Document, LineCounter, parseDocument } from 'yaml'
import { LOCAL_UI_PORT } from '../../domain/ready-probe.ts'
import type { Finding, UserDataSummary } from '../../domain/user-data.ts'
import { checkHeader, checkLength, checkTabs } from './text-rules.ts'
import { TREE_RULES, type Tree } from './tree-rules.ts'

/** A user-data file that was understood: the document, comments and all. */
export interface UserDataDocument {
  readonly text: string
}

export interface DecodedUserData {
  readonly findings: readonly Finding[]
  /** Absent when an error keeps it from being used. */
  readonly document?: UserDataDocument
  readonly summary?: UserDataSummary
}

/** More aliases than this are an attack or an accident, not a configuration. */
const MAX_ALIASES = 100
/** More findings than this help nobody. */
const MAX_FINDINGS = 100

/**
 * Reads a cloud-config as Kairos does (YAML 1.2; header `#cloud-config`, `#kairos-config` or `#node-config` in the
 * first ten lines) and says all that is wrong with it at once. Never throws for bad input.
 */
export function decodeUserData(text: string): DecodedUserData {
  const early = [...checkLength(text), ...checkHeader(text), ...checkTabs(text)]
  if (early.some(({ rule }) => rule === 'size')) return { findings: early }
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const broken = yaml.errors.map((error): Finding => {
    const duplicate = error.code === 'DUPLICATE_KEY'
    return {
      severity: 'error',
      rule: duplicate ? 'duplicate-key' : 'yaml',
      message: duplicate
        ? 'this key stands twice in the same map; only one of them can count'
        : error.message,
      ...place(error.pos[0]),
    }
  })
  if (broken.length > 0) return { findings: sorted([...early, ...broken]) }
  const values = toValues(yaml)
  if (values.error) {
    return {
      findings: [...early, { severity: 'error', rule: 'yaml', message: values.error, line: 1, column: 1 }],
    }
  }
  const tree: Tree = { yaml, values: values.value, place }
  const findings = sorted([...early, ...TREE_RULES.flatMap((rule) => rule(tree))])
  if (findings.some(({ severity }) => severity === 'error')) return { findings }
  return { findings, document: { text }, summary: summarize(tree) }
}

function toValues(yaml: Document): { readonly value: unknown; readonly error?: string } {
  try {
    return { value: yaml.toJS({ maxAliasCount: MAX_ALIASES }) }
  } catch (error) {
    return { value: undefined, error: `its aliases cannot be resolved: ${(error as Error).message}` }
  }
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_FINDINGS)
}

function summarize({ yaml }: Tree): UserDataSummary {
  const port = yaml.getIn(['stylus', 'localUI', 'port'])
  const site = yaml.getIn(['stylus', 'site', 'name'])
  return {
    managementMode: yaml.getIn(['stylus', 'managementMode']) === 'local' ? 'local' : 'central',
    // Kairos: reboot wins over poweroff.
    finish:
      yaml.getIn(['install', 'reboot']) === true
        ? 'reboot'
        : yaml.getIn(['install', 'poweroff']) === true
          ? 'poweroff'
          : 'none',
    localUiPort:
      typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : LOCAL_UI_PORT,
    ...(typeof site === 'string' ? { siteName: site } : {}),
  }
}

/** The document as it is, its header in the first line as cloud-init wants it. */
export function renderUserData({ text }: UserDataDocument): string {
  return withHeaderFirst(text)
}

/** What installed hosts get when their agent asks again: a header and nothing that could change them. */
export function inertUserData(): string {
  return '#cloud-config\n'
}

/** Puts the header line first where it stood lower. */
export function withHeaderFirst(text: string): string {
  const lines = text.split('\n')
  const at = lines.slice(0, 10).findIndex((line) => /^#(cloud|kairos|node)-config\s*$/.test(line))
  if (at <= 0) return text
  return [lines[at], ...lines.slice(0, at), ...lines.slice(at + 1)].join('\n')
}
