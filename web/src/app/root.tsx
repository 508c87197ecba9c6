import { LiveProvider } from '../live/live-provider.tsx'
import { Shell } from './shell.tsx'

/** Shell and live data around the page. */
export function Root() {
  return (
    <LiveProvider>
      <Shell />
    </LiveProvider>
  )
}
