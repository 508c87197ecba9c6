import { Group, Loader } from '@mantine/core'

/** Stands where something is about to be. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <Group role="status">
      <Loader aria-hidden />
      <span className="visually-hidden">{what}</span>
    </Group>
  )
}
