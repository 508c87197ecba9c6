import { syntaxTree } from '@codemirror/language'
import { type Range, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'

/** Nodes of the YAML grammar that are told apart by colour. */
const MARKS: Readonly<Record<string, Decoration>> = {
  Key: Decoration.mark({ class: 'yaml-key' }),
  Comment: Decoration.mark({ class: 'yaml-comment' }),
  QuotedLiteral: Decoration.mark({ class: 'yaml-text' }),
  BlockLiteralContent: Decoration.mark({ class: 'yaml-text' }),
  Tag: Decoration.mark({ class: 'yaml-tag' }),
  Anchor: Decoration.mark({ class: 'yaml-tag' }),
  Alias: Decoration.mark({ class: 'yaml-tag' }),
}

/** Colours what is in sight, by classes that know light and dark. */
export const yamlColors = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    tree: unknown

    constructor(view: EditorView) {
      this.tree = syntaxTree(view.state)
      this.decorations = colored(view)
    }

    update(update: ViewUpdate): void {
      const tree = syntaxTree(update.state)
      // The text is read bit by bit, so there can be more of the tree without any change.
      if (!update.docChanged && !update.viewportChanged && tree === this.tree) return
      this.tree = tree
      this.decorations = colored(update.view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

function colored({ state, visibleRanges }: EditorView): DecorationSet {
  const found: Range<Decoration>[] = []
  for (const { from, to } of visibleRanges) {
    syntaxTree(state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = MARKS[node.name]
        if (!mark || node.from === node.to) return true
        found.push(mark.range(node.from, node.to))
        // A key in quotes is a key all the same.
        return false
      },
    })
  }
  const builder = new RangeSetBuilder<Decoration>()
  for (const { from, to, value } of found) builder.add(from, to, value)
  return builder.finish()
}
