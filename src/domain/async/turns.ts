/** Work under one name is done one after the other, work under different names at the same time. */
export interface Turns {
  take<T>(name: string, work: () => Promise<T>): Promise<T>
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return {
    take(name, work) {
      const result = (last.get(name) ?? Promise.resolve()).then(work)
      const done = result
        .catch(() => undefined)
        .then(() => {
          if (last.get(name) === done) last.delete(name)
        })
      last.set(name, done)
      return result
    },
  }
}
