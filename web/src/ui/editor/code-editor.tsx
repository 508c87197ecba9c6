import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentService, indentUnit } from '@codemirror/language'
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view'
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react'
import type { UserDataFinding } from '../../../../src/contract/user-data.ts'
import type { SchemaNode } from '../../api/user-data.ts'
import { styleNonce } from '../../app/style-nonce.ts'
import { completeFromSchema } from './complete-from-schema.ts'
import { editorTheme } from './editor-theme.ts'
import { indentBelow } from './indent-below.ts'
import { placeOfFinding } from './place-of-finding.ts'
import { yamlColors } from './yaml-colors.ts'

/** What can be done to the editor from outside. */
export interface EditorHandle {
  /** Puts the cursor there and the editor in focus. */
  readonly goTo: (finding: UserDataFinding) => void
}

interface CodeEditorProps {
  readonly label: string
  /** Element that says how it is used. */
  readonly describedBy: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly findings: readonly UserDataFinding[]
  readonly schema: SchemaNode | undefined
  readonly handle: Ref<EditorHandle>
}

/** YAML with line numbers, colours, findings in place and proposals. Heavy: it is loaded when it is needed. */
export default function CodeEditor(props: CodeEditorProps) {
  const { label, describedBy, value, onChange, findings, schema, handle } = props
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  // The editor is made once; what changes is read when it is used.
  const latest = useRef({ onChange, schema, value })
  latest.current = { onChange, schema, value }

  useEffect(() => {
    if (!box.current) return
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(styleNonce()),
          EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': describedBy }),
          EditorState.tabSize.of(2),
          indentUnit.of('  '),
          lineNumbers(),
          highlightActiveLineGutter(),
          lintGutter(),
          history(),
          drawSelection(),
          bracketMatching(),
          yaml(),
          indentService.of(({ simulatedBreak, state }, pos) => {
            const line = state.doc.lineAt(pos)
            return simulatedBreak === pos ? indentBelow(line.text.slice(0, pos - line.from)) : undefined
          }),
          yamlColors,
          autocompletion({
            override: [completeFromSchema(() => latest.current.schema)],
            activateOnTyping: true,
          }),
          // Without a binding for Tab, which leaves the editor (WCAG 2.2 §2.1.2).
          keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
          editorTheme,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [label, describedBy])

  // Before anything else can be typed: afterwards the older text would take the place of the newer.
  useLayoutEffect(() => {
    const { current } = view
    if (!current || current.state.doc.toString() === value) return
    // One change, so that it can be undone.
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    const { current } = view
    if (!current) return
    current.dispatch(
      setDiagnostics(
        current.state,
        findings.map((finding) => diagnosticOf(finding, current)),
      ),
    )
  }, [findings])

  useImperativeHandle(handle, () => ({
    goTo: (finding) => {
      const { current } = view
      if (!current) return
      const { from, to } = placeOfFinding(finding, current.state.doc)
      current.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true })
      current.focus()
    },
  }))
  return <div ref={box} />
}

function diagnosticOf(finding: UserDataFinding, { state }: EditorView): Diagnostic {
  const { severity, rule, message, fix } = finding
  return {
    ...placeOfFinding(finding, state.doc),
    severity,
    source: rule,
    message: fix === undefined ? message : `${message} — ${fix}`,
  }
}
