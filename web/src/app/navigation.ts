interface NavigationEntry {
  readonly to: '/' | '/throughput' | '/inbox' | '/installers' | '/access' | '/doctor'
  readonly label: string
  readonly isActive: (path: string) => boolean
}

/** The pages one can go to from everywhere. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', label: 'Fleet', isActive: (path) => path === '/' || path.startsWith('/hosts') },
  ...(
    [
      { to: '/throughput', label: 'Throughput' },
      { to: '/inbox', label: 'Inbox' },
      { to: '/installers', label: 'Installers' },
      { to: '/access', label: 'Access' },
      { to: '/doctor', label: 'Doctor' },
    ] as const
  ).map((entry) => ({ ...entry, isActive: (path: string) => path.startsWith(entry.to) })),
]
