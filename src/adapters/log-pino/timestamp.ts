/**
 * Gives the time as pino wants it: a field of the line, ISO 8601 with milliseconds, in UTC. Under load there are hundreds of
 * lines in a second, and all but their milliseconds is made once.
 */
export function createTimestamp(now: () => number = Date.now): () => string {
  let second = Number.NaN
  let upToSecond = ''
  return () => {
    const time = now()
    const ms = time % 1000
    if (time - ms !== second) {
      second = time - ms
      upToSecond = new Date(second).toISOString().slice(0, -'000Z'.length)
    }
    return `,"time":"${upToSecond}${String(ms).padStart(3, '0')}Z"`
  }
}
