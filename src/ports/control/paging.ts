/** Where a page begins and how long it may be. `after` is what `next` of the page before said. */
export interface PageRequest {
  readonly after?: string | undefined
  readonly limit: number
}

/** `next` is there as long as there is more. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string | undefined
}
