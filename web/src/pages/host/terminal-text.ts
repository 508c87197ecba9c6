/** Escape sequences of terminals (ECMA-48 §5.4: CSI; OSC and the short ones of VT100), which mean nothing here. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_()#][0-9A-Za-z]?)/g

/** What a console wrote, as text: without colours, cursor and other control characters; lines written over are as last. */
export function terminalText(raw: string): string {
  return raw
    .replaceAll(ESCAPES, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1))
    .join('\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
}

/** The lines with that text in it, whatever the case; all where there is none to look for. */
export function linesWith(text: string, wanted: string): string {
  const needle = wanted.trim().toLowerCase()
  if (needle === '') return text
  return text
    .split('\n')
    .filter((line) => line.toLowerCase().includes(needle))
    .join('\n')
}
