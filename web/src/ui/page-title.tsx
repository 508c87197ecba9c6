import { Title } from '@mantine/core'
import { useEffect } from 'react'

/** The heading of a page, which is its title in the browser as well. */
export function PageTitle({ children }: { readonly children: string }) {
  useEffect(() => {
    document.title = `${children} · Edgeboot`
  }, [children])
  return (
    <Title order={1} size="h2">
      {children}
    </Title>
  )
}
