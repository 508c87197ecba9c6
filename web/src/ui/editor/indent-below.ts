const PARTS = /^(?<lead> *(?:- +)*)(?<rest>.*)$/

/**
 * Columns by which the line below begins, given what stands before the break: deeper below a key without a value, below
 * the key otherwise. Nothing where the grammar knows better.
 */
export function indentBelow(before: string): number | undefined {
  const { lead = '', rest = '' } = PARTS.exec(before)?.groups ?? {}
  if (rest.startsWith('#')) return undefined
  if (/^[\w./-]+:\s*$/.test(rest)) return lead.length + 2
  return /^[\w./-]+:\s+[^|>\s]/.test(rest) ? lead.length : undefined
}
