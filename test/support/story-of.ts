/** An event of a host, as it is recorded or as the control API tells it. */
interface Happening {
  readonly time: number | string
  readonly type: string
  readonly data: unknown
}

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
