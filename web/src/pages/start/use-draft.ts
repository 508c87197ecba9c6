import { useEffect, useState } from 'react'
import { type Draft, EMPTY_DRAFT, parseDraft } from './draft.ts'

const KEY = 'edgeboot.start'

/** A part of it, or all. */
export type ChangeDraft = (part: Partial<Draft>) => void

/** What is entered, kept for a reload of this tab. */
export function useDraft(): readonly [Draft, ChangeDraft] {
  const [draft, setDraft] = useState(readDraft)
  useEffect(() => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(draft))
    } catch {
      // Without storage it is not kept; nothing else depends on it.
    }
  }, [draft])
  return [draft, (part) => setDraft((before) => ({ ...before, ...part }))]
}

function readDraft(): Draft {
  try {
    const draft = parseDraft(sessionStorage.getItem(KEY))
    // The user-data is not kept, so what comes after it has to wait for it.
    return draft.step === 'where' || draft.step === 'review' ? { ...draft, step: 'user-data' } : draft
  } catch {
    return EMPTY_DRAFT
  }
}
