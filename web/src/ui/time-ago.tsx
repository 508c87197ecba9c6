import { Text } from '@mantine/core'
import { useNow } from './use-now.ts'
import { durationInWords, timeInWords } from './words.ts'

/** How long ago something was, with the exact time for whoever points at it. */
export function TimeAgo({ at }: { readonly at: number }) {
  const now = useNow(10_000)
  return (
    <Text span inherit className="number" title={timeInWords(at)}>
      {now - at < 10_000 ? 'just now' : `${durationInWords(now - at)} ago`}
    </Text>
  )
}
