import { createInterface } from 'node:readline/promises'
import { Failure } from '../domain/failure.ts'

/**
 * Goes on when `--yes` was given or a person at the terminal says so. Failure `usage.invalid` when there is nobody to
 * ask, `interrupted` when the answer is anything but yes.
 */
export async function requireYes(what: string, yes: boolean | undefined): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Failure(
      'usage.invalid',
      `${what} There is no terminal to ask at: add --yes if that is meant to happen`,
    )
  }
  const answer = await ask(`${what} Go on? [y/N] `)
  if (!/^(y|yes)$/i.test(answer.trim())) throw new Failure('interrupted', 'nothing was done')
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const end = new AbortController()
  // Ctrl+C and Ctrl+D are answers too, and readline itself tells nobody.
  for (const event of ['SIGINT', 'close'] as const) lines.once(event, () => end.abort())
  try {
    return await lines.question(question, { signal: end.signal })
  } catch {
    return ''
  } finally {
    lines.close()
  }
}
