import type { LabCall, WritableCallLog } from './call-log.ts'
import { Dropped, type Holds } from './holds.ts'

/** What every request goes through, whatever it asks for: it is noted, and held where it is to be held. */
export type Passage = (
  call: Pick<LabCall, 'method' | 'target' | 'path' | 'session'>,
  request: {
    /** Does what is asked for; what it returns sends the answer and says what it was. */
    readonly work: () => Promise<() => Promise<string> | string>
    /** Cuts the connection. */
    readonly drop: () => void
  },
) => Promise<void>

export function createPassage(log: WritableCallLog, holds: Holds): Passage {
  return async (given, { work, drop }) => {
    const { call, end } = log.begin(given)
    try {
      await holds.pass(call, 'before')
      const send = await work()
      await holds.pass(call, 'after')
      end(await send())
    } catch (error) {
      drop()
      if (error instanceof Dropped) end('dropped')
      else end(`failed: ${error}`)
    }
  }
}
