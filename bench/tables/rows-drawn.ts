interface Fiber {
  readonly flags: number
  readonly child: Fiber | null
  readonly sibling: Fiber | null
  readonly stateNode: { readonly className?: unknown } | null
}

export interface RowCount {
  isOn: boolean
  commits: number
  drawn: number
  shown: number
}

/** In the page, before React: counts rows that React drew anew, by what it tells its developer tools. */
export function countRows(): void {
  const count: RowCount = { isOn: false, commits: 0, drawn: 0, shown: 0 }
  const known = new WeakMap<object, Fiber>()
  const look = (fiber: Fiber | null, parent: Fiber | undefined): void => {
    for (let one = fiber; one; one = one.sibling) {
      const element = one.stateNode
      if (parent && String(element?.className ?? '').startsWith('fleet-row')) {
        count.shown += 1
        // The first flag says that the component ran; a fiber seen before is of an earlier time.
        if (element && known.get(element) !== parent && (parent.flags & 1) === 1) count.drawn += 1
        if (element) known.set(element, parent)
      } else look(one.child, one)
    }
  }
  Object.assign(globalThis, {
    rowCount: count,
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberUnmount: () => undefined,
      onCommitFiberRoot: (_id: number, root: { readonly current: Fiber }) => {
        if (!count.isOn) return
        count.commits += 1
        look(root.current, undefined)
      },
    },
  })
}
