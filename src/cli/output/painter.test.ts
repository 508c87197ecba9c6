import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { repaint, repaintAfterResize, unpaint } from './painter.ts'

/** As much of a terminal as the painter uses: lines of a screen without end, and a cursor. */
function aTerminal() {
  const screen: string[] = []
  let row = 0
  let column = 0
  let erased = 0
  return {
    screen,
    /** Characters that were there and were taken away before others took their place. */
    erased: () => erased,
    write(text: string): void {
      for (const [token] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|[\s\S]/g)) {
        const line = screen[row] ?? ''
        if (token === '\n') [row, column] = [row + 1, 0]
        else if (token === '\r') column = 0
        else if (/A$/.test(token) && token.startsWith('\u001b'))
          row = Math.max(0, row - Number.parseInt(token.slice(2), 10))
        else if (token === '\u001b[K') screen[row] = line.slice(0, column)
        else if (token === '\u001b[J') {
          erased += screen.slice(row).join('').length
          screen.length = Math.min(screen.length, row)
        } else if (!token.startsWith('\u001b')) {
          screen[row] = `${line.slice(0, column)}${token}${line.slice(column + 1)}`
          column += 1
        }
      }
    },
  }
}

const aBoard = fc.array(fc.stringMatching(/^[a-z ]{0,12}$/), { maxLength: 8 })

describe('painting', () => {
  test.prop([fc.array(aBoard, { minLength: 1, maxLength: 6 })])(
    'shows the newest lines whatever was there before, below what was written earlier',
    (boards) => {
      const terminal = aTerminal()
      terminal.write('$ edgeboot host watch\n')
      let drawn: readonly string[] = []
      for (const board of boards) {
        terminal.write(repaint(drawn, board))
        drawn = board
      }

      expect([...terminal.screen]).toEqual(['$ edgeboot host watch', ...drawn])
    },
  )

  test('writes only what has changed, and nothing where nothing has', () => {
    const before = ['10 hosts', 'edge-1 kernel', 'edge-2 ready']

    expect(repaint(before, [...before])).toBe('')
    const text = repaint(before, ['10 hosts', 'edge-1 initrd', 'edge-2 ready'])

    expect(text).toContain('edge-1 initrd')
    expect(text).not.toContain('edge-2')
  })

  test('erases nothing that takes the same room again', () => {
    const terminal = aTerminal()
    terminal.write(repaint([], ['a 1', 'b 1']))
    terminal.write(repaint(['a 1', 'b 1'], ['a 2', 'b 2']))

    expect(terminal.erased()).toBe(0)
  })

  test('a terminal that became narrow has broken the lines, and all of them go', () => {
    const terminal = aTerminal()
    // What was one line of 20 characters is two of 10 now.
    terminal.write('notes\nabcdefghij\nklmnopqrst\nshort\n')
    terminal.write(repaintAfterResize(['abcdefghijklmnopqrst', 'short'], ['new'], 10))

    expect([...terminal.screen]).toEqual(['notes', 'new'])
  })

  test('lines are taken away for a note to stand in their place', () => {
    const terminal = aTerminal()
    terminal.write(repaint([], ['one', 'two']))
    terminal.write(`${unpaint(['one', 'two'])}a note\n`)

    expect([...terminal.screen]).toEqual(['a note'])
    expect(unpaint([])).toBe('')
  })
})
