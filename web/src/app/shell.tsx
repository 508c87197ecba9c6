import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { logOut, sessionQuery } from '../api/session.ts'
import { useFeedState } from '../live/live-provider.tsx'
import { NAVIGATION } from './navigation.ts'

/** What stands around every page: where one can go, who one is, and whether what is shown is live. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    close()
    // Whoever cannot see that the page is another one is put at its beginning (WCAG 2.2 §2.4.3).
    if (isFirst.current) isFirst.current = false
    else if (path) main.current?.focus({ preventScroll: true })
  }, [path, close])
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={isOpen ? 'Close navigation' : 'Open navigation'}
              aria-expanded={isOpen}
            />
            <Text component={Link} to="/" fw={700} size="lg" c="inherit" td="none">
              Edgeboot
            </Text>
            <FeedBadge />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Who />
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {NAVIGATION.map(({ to, label, isActive }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={isActive(path)}
            aria-current={isActive(path) ? 'page' : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} ref={main} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}

function FeedBadge() {
  const state = useFeedState()
  const about = {
    live: { color: 'green', text: 'live' },
    connecting: { color: 'gray', text: 'connecting' },
    lost: { color: 'red', text: 'server away, trying again' },
  }[state]
  return (
    <Badge color={about.color} variant="light" role="status" tt="none" data-testid="feed">
      {about.text}
    </Badge>
  )
}

function Who() {
  const { data } = useQuery(sessionQuery)
  if (!data) return null
  return (
    <>
      <Text size="sm" visibleFrom="sm">
        {data.name} ({data.role})
      </Text>
      <Button variant="default" size="compact-sm" onClick={() => void logOut()}>
        Log out
      </Button>
    </>
  )
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <ActionIcon variant="default" onClick={() => setColorScheme(other)} aria-label={`Use ${other} colours`}>
      <span aria-hidden>{scheme === 'dark' ? '☀' : '☾'}</span>
    </ActionIcon>
  )
}
