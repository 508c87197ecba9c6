/** Control characters (C0 but tab and line feed, DEL, C1) and those that turn the direction of text around. */
const HARMFUL = /[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\t\n]/gu

/** Escape sequences of terminals: CSI (ECMA-48 §5.4), strings such as titles (§5.6), and two-character ones. */
const SEQUENCES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])/g

/** One line that can do nothing to a terminal: what others said, put into sentences and tables. */
export function printable(text: string): string {
  return text.replace(/[\t\n]/g, ' ').replace(HARMFUL, '?')
}

/** The same for the text of a console: lines stay, colours and cursor movements go. */
export function printableConsole(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/\r+\n?/g, asLineBreaks)
    .replace(HARMFUL, '·')
}

/** Returns at the end of a line are part of it; elsewhere each begins one. In one go, for texts of returns only. */
function asLineBreaks(run: string): string {
  return run.endsWith('\n') ? '\n' : '\n'.repeat(run.length)
}
