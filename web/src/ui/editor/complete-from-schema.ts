import { type CompletionSource, startCompletion } from '@codemirror/autocomplete'
import type { EditorView } from '@codemirror/view'
import type { SchemaNode } from '../../api/user-data.ts'
import { placeAt } from './place-at.ts'
import { type Proposal, proposalsFor } from './schema-proposals.ts'

/** Proposes what the schema knows for the place of the cursor; `schemaNow` gives it as soon as it is there. */
export function completeFromSchema(schemaNow: () => SchemaNode | undefined): CompletionSource {
  return ({ state, pos, explicit }) => {
    const schema = schemaNow()
    const line = state.doc.lineAt(pos)
    const before = line.text.slice(0, pos - line.from)
    const above = line.number > 1 ? state.doc.sliceString(0, line.from - 1).split('\n') : []
    const place = schema && placeAt(above, before)
    if (!place || (place.typed === '' && !explicit && place.key === undefined)) return null
    return {
      from: pos - place.typed.length,
      options: proposalsFor(schema, place).map((proposal) => ({
        label: proposal.label,
        type: proposal.kind,
        ...(proposal.detail === undefined ? {} : { detail: proposal.detail }),
        ...(proposal.info ? { info: proposal.info } : {}),
        apply: (view: EditorView, _: unknown, from: number, to: number) => put(view, proposal, from, to),
      })),
      validFor: /^[\w./-]*$/,
    }
  }
}

/** Writes it; values follow their key at once where there are only some. */
function put(view: EditorView, { text, kind }: Proposal, from: number, to: number): void {
  const line = view.state.doc.lineAt(to)
  // The key may have its value already, when it is written anew.
  const rest = line.text.slice(to - line.from)
  const insert = kind === 'key' && rest.startsWith(':') ? text.replace(/: ?$/, '') : text
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length },
    userEvent: 'input.complete',
  })
  if (insert.endsWith(': ')) startCompletion(view)
}
