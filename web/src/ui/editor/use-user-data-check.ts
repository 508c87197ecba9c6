import { useEffect, useState } from 'react'
import type { UserDataCheck } from '../../../../src/contract/user-data.ts'
import { checkUserData } from '../../api/user-data.ts'
import { useFeedState } from '../../live/live-provider.tsx'

/** Who types is not interrupted: the server is asked when nothing was typed for so long. Milliseconds. */
const PAUSE_MS = 400

export interface CheckedText {
  /** What the server said last, which may be of a text before this one. */
  readonly check: UserDataCheck | undefined
  /** That it is of this very text. */
  readonly isCurrent: boolean
  readonly error: unknown
}

interface Answer {
  readonly text: string
  readonly check?: UserDataCheck
  readonly error?: unknown
}

/** What the server says of the text: of the latest one, however the answers come in. An empty text is not asked about. */
export function useUserDataCheck(text: string): CheckedText {
  const [answer, setAnswer] = useState<Answer>()
  const feed = useFeedState()
  const isEmpty = text.trim() === ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: a server that has come back is asked again
  useEffect(() => {
    if (isEmpty) {
      setAnswer(undefined)
      return
    }
    let isLatest = true
    const timer = setTimeout(() => {
      checkUserData(text).then(
        (check) => isLatest && setAnswer({ text, check }),
        // What was said of this very text stays true while the server is away.
        (error: unknown) =>
          isLatest &&
          setAnswer((before) => (before?.check && before.text === text ? before : { text, error })),
      )
    }, PAUSE_MS)
    return () => {
      isLatest = false
      clearTimeout(timer)
    }
  }, [text, isEmpty, feed])
  return {
    check: answer?.check,
    isCurrent: answer?.check !== undefined && answer.text === text,
    error: answer?.error,
  }
}
