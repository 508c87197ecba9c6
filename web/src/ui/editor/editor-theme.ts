import { EditorView } from '@codemirror/view'

const colors = (light: string, dark: string): string =>
  `light-dark(var(--mantine-color-${light}), var(--mantine-color-${dark}))`
const ERROR = colors('red-8', 'red-4')
const WARNING = colors('yellow-8', 'yellow-5')
const POPUP = {
  backgroundColor: 'var(--mantine-color-body)',
  color: 'var(--mantine-color-text)',
  border: '1px solid var(--mantine-color-default-border)',
  borderRadius: '4px',
}

/** The editor in the colours of the dashboard; light and dark come by the page's own scheme. */
export const editorTheme = EditorView.theme({
  '&': {
    fontSize: '13px',
    border: '1px solid var(--mantine-color-default-border)',
    borderRadius: '4px',
    backgroundColor: colors('white', 'dark-8'),
    color: 'var(--mantine-color-text)',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '1px' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.5',
    maxHeight: '55vh',
    overflow: 'auto',
  },
  '.cm-content, .cm-gutter': { minHeight: '280px' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: colors('gray-0', 'dark-7'),
    color: 'var(--mantine-color-dimmed)',
    borderRight: '1px solid var(--mantine-color-default-border)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: colors('blue-0', 'dark-6') },
  // Text that is marked has to show on the line of the cursor as well.
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: `${colors('blue-1', 'blue-9')} !important`,
  },
  '.yaml-key': { color: colors('blue-9', 'blue-3') },
  '.yaml-text': { color: colors('green-9', 'green-4') },
  '.yaml-comment': { color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
  '.yaml-tag': { color: colors('grape-9', 'grape-3') },
  ...lintLooks(),
  '.cm-tooltip': POPUP,
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '13px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--mantine-primary-color-filled)',
    color: 'var(--mantine-color-white)',
  },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '1' },
  '.cm-completionInfo': { ...POPUP, padding: '6px 10px', maxWidth: '320px', fontSize: '13px' },
})

/** What the library draws with pictures in data: URLs, which the policy of the page forbids. */
function lintLooks() {
  const underline = (color: string) => ({
    backgroundImage: 'none',
    paddingBottom: '0',
    textDecoration: `underline wavy ${color}`,
    textUnderlineOffset: '3px',
  })
  const marker = (shape: string, color: string) => ({
    content: `"${shape}"`,
    color,
    fontSize: '11px',
    lineHeight: '1',
  })
  return {
    '.cm-lintRange-error': underline(ERROR),
    '.cm-lintRange-warning': underline(WARNING),
    '.cm-lintRange-active': { backgroundColor: colors('yellow-1', 'dark-5') },
    '.cm-lint-marker': { width: '1em', height: '1em', lineHeight: '1', textAlign: 'center' },
    '.cm-lint-marker-error': { content: 'normal' },
    '.cm-lint-marker-warning': { content: 'normal' },
    '.cm-lint-marker-error::before': marker('●', ERROR),
    '.cm-lint-marker-warning::before': marker('▲', WARNING),
    '.cm-diagnostic': { padding: '4px 10px', fontFamily: 'var(--mantine-font-family)' },
    '.cm-diagnostic-error': { borderLeft: `4px solid ${ERROR}` },
    '.cm-diagnostic-warning': { borderLeft: `4px solid ${WARNING}` },
    '.cm-lintPoint::after': { display: 'none' },
  }
}
