import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'

interface IsoPathFormProps {
  readonly path: string
  readonly onLookInside: (path: string) => void
}

/** The path of a file of the server's machine. */
export function IsoPathForm({ path, onLookInside }: IsoPathFormProps) {
  const [text, setText] = useState(path)
  const [isAsked, setAsked] = useState(false)
  const isAbsolute = text.trim().startsWith('/')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        if (isAbsolute) onLookInside(text.trim())
      }}
    >
      <Group align="flex-start" gap="sm">
        <TextInput
          label="Path of the ISO on the server's machine"
          placeholder="/isos/palette-edge-installer.iso"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={isAsked && !isAbsolute ? 'An absolute path, which begins with /.' : undefined}
          autoComplete="off"
          spellCheck={false}
          flex={1}
          miw={240}
        />
        <Button type="submit" variant="default" mt={{ base: 0, xs: 25 }}>
          Look inside
        </Button>
      </Group>
    </form>
  )
}
