/** An event of a host, as it is recorded or as the control API tells it. */
interface Happening {
  readonly time: number | string
  readonly type: string
  readonly data: unknown
}

const LAST_LINES = 12

/** What happened to hosts, a line for each event, for whoever reads why a test failed. */
export function storyOf(seen: ReadonlyMap<string, readonly Happening[]>): string {
  const lines = [...seen].flatMap(([host, events]) =>
    events
      .filter(({ type }) => type !== 'artifact.progress')
      .map(
        ({ time, type, data }) => `${host} ${new Date(time).toISOString()} ${type} ${JSON.stringify(data)}`,
      ),
  )
  return ['what happened:', ...lines, ''].join('\n')
}

/** What hosts wrote last to their serial consoles: where one stands that has told nothing for long. */
export function lastWordsOf(serialLogs: ReadonlyMap<string, string>): string {
  const ends = [...serialLogs].flatMap(([host, text]) => [
    `the end of the serial console of ${host}:`,
    ...text.trimEnd().split('\n').slice(-LAST_LINES),
  ])
  return [...ends, ''].join('\n')
}
