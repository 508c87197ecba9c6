import { Button, FileButton, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { type DragEvent, lazy, type ReactNode, Suspense, useId, useRef, useState } from 'react'
import type { UserDataFinding } from '../../../../src/contract/user-data.ts'
import { messageOf } from '../../api/problem.ts'
import { userDataSchemaQuery } from '../../api/user-data.ts'
import { Loading } from '../loading.tsx'
import { ProblemAlert } from '../problem-alert.tsx'
import type { EditorHandle } from './code-editor.tsx'
import { findingsInWords } from './findings-in-words.ts'
import { FindingsList } from './findings-list.tsx'
import { readTextFile } from './read-text-file.ts'
import type { CheckedText } from './use-user-data-check.ts'

const CodeEditor = lazy(() => import('./code-editor.tsx'))

const NONE: readonly UserDataFinding[] = []

interface UserDataEditorProps {
  readonly value: string
  readonly onChange: (text: string) => void
  /** By `useUserDataCheck` of the same text. */
  readonly checked: CheckedText
  /** Beside the button that opens a file. */
  readonly tools?: ReactNode
}

/** A user-data document being written, with what the server says of it. */
export function UserDataEditor({ value, onChange, checked, tools }: UserDataEditorProps) {
  const { check, isCurrent, error } = checked
  const { data: schema } = useQuery(userDataSchemaQuery)
  const editor = useRef<EditorHandle>(null)
  const [isOver, setOver] = useState(false)
  const helpId = useId()
  const open = async (file: File | null | undefined): Promise<void> => {
    if (!file) return
    try {
      onChange(await readTextFile(file))
    } catch (reason) {
      notifications.show({ color: 'red', title: 'The file was not opened', message: messageOf(reason) })
    }
  }
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <FileButton onChange={(file) => void open(file)} accept=".yaml,.yml,.txt,text/*,application/yaml">
          {(props) => (
            <Button size="compact-sm" variant="default" {...props}>
              Open a file…
            </Button>
          )}
        </FileButton>
        {tools}
      </Group>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is only another way to open a file */}
      <div
        className={isOver ? 'drop-here' : undefined}
        onDragOverCapture={(event) => {
          if (!hasFiles(event)) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDropCapture={(event) => {
          if (!hasFiles(event)) return
          event.preventDefault()
          event.stopPropagation()
          setOver(false)
          void open(event.dataTransfer.files[0])
        }}
      >
        <Suspense fallback={<Loading what="The editor is being loaded" />}>
          <CodeEditor
            label="User-data"
            describedBy={helpId}
            value={value}
            onChange={onChange}
            findings={check?.findings ?? NONE}
            schema={schema}
            handle={editor}
          />
        </Suspense>
      </div>
      <Text size="xs" c="dimmed" id={helpId}>
        Tab leaves the editor; Ctrl+] and Ctrl+[ indent and outdent. Ctrl+Space proposes keys, F8 goes to the
        next finding, Ctrl+Z takes back, also a file that was opened or dropped.
      </Text>
      <Text size="sm" role="status" fw={600}>
        {statusOf(value, checked)}
      </Text>
      {error !== undefined && !isCurrent && (
        <ProblemAlert title="The document could not be checked" error={error} />
      )}
      {check && check.findings.length > 0 && (
        <FindingsList findings={check.findings} onGoTo={(finding) => editor.current?.goTo(finding)} />
      )}
    </Stack>
  )
}

function statusOf(text: string, { check, isCurrent, error }: CheckedText): string {
  if (text.trim() === '') return 'Nothing is written yet'
  if (isCurrent && check) return findingsInWords(check)
  return error === undefined ? 'Checking…' : 'Not checked'
}
