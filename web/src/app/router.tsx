import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { isLoginNeeded } from '../api/problem.ts'
import { goToLogin, sessionQuery } from '../api/session.ts'
import { parseFleetSearch } from '../pages/fleet/fleet-search.ts'
import { parseInstallerSearch } from '../pages/installers/installer-search.ts'
import { NotFound, PageFailed } from './page-failed.tsx'
import { queryClient } from './query-client.ts'
import { Root } from './root.tsx'

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: PageFailed,
  // Nothing is shown, and no feed opened, to somebody who has not logged in.
  beforeLoad: async () => {
    try {
      await queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!isLoginNeeded(error)) return
      goToLogin()
      await new Promise(() => undefined)
    }
  },
})

const fleet = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: parseFleetSearch,
  component: lazyRouteComponent(() => import('../pages/fleet/fleet-page.tsx'), 'FleetPage'),
})

export const hostRoute = createRoute({
  getParentRoute: () => root,
  path: '/hosts/$name',
  component: lazyRouteComponent(() => import('../pages/host/host-page.tsx'), 'HostPage'),
})

const hosts = createRoute({
  getParentRoute: () => root,
  path: '/hosts',
  beforeLoad: () => {
    throw redirect({ to: '/' })
  },
})

const throughput = createRoute({
  getParentRoute: () => root,
  path: '/throughput',
  component: lazyRouteComponent(() => import('../pages/throughput/throughput-page.tsx'), 'ThroughputPage'),
})

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  component: lazyRouteComponent(() => import('../pages/inbox/inbox-page.tsx'), 'InboxPage'),
})

const installers = createRoute({
  getParentRoute: () => root,
  path: '/installers',
  validateSearch: parseInstallerSearch,
  component: lazyRouteComponent(() => import('../pages/installers/installers-page.tsx'), 'InstallersPage'),
})

const access = createRoute({
  getParentRoute: () => root,
  path: '/access',
  component: lazyRouteComponent(() => import('../pages/access/access-page.tsx'), 'AccessPage'),
})

const doctor = createRoute({
  getParentRoute: () => root,
  path: '/doctor',
  component: lazyRouteComponent(() => import('../pages/doctor/doctor-page.tsx'), 'DoctorPage'),
})

const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  component: lazyRouteComponent(() => import('../pages/start/start-page.tsx'), 'StartPage'),
})

const routeTree = root.addChildren([
  fleet,
  hostRoute,
  hosts,
  throughput,
  inbox,
  installers,
  access,
  doctor,
  start,
])

export const router = createRouter({ routeTree, defaultPreload: 'intent' })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
