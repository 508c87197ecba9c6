import { expect, test } from 'vitest'
import { guideSection } from './guide-section.ts'

const GUIDE = `# Why

### first

Use \`host show\` and
[the guide](other.md#x).

Then wait.

### second

Last.
`

test('the section of a rule comes as paragraphs with their code, links as words', () => {
  expect(guideSection('first', GUIDE)).toEqual([
    [
      { text: 'Use ', isCode: false },
      { text: 'host show', isCode: true },
      { text: ' and the guide.', isCode: false },
    ],
    [{ text: 'Then wait.', isCode: false }],
  ])
  expect(guideSection('second', GUIDE)).toEqual([[{ text: 'Last.', isCode: false }]])
  expect(guideSection('third', GUIDE)).toEqual([])
})

test('the guide of the project is the one that is shown', () => {
  expect(guideSection('root-restarts').length).toBeGreaterThan(0)
})
