import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { addInstaller } from '../../api/installers.ts'
import { installerNameFor } from '../../installers/iso-names.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { reasonAgainstSha256 } from './upload-words.ts'

interface RegisterFormProps {
  readonly isoPath: string
  readonly taken: readonly string[]
  readonly isDisabled: boolean
  readonly onAdded: (name: string) => Promise<void>
}

/** Gives an ISO that was looked into its name among the installers. */
export function RegisterForm({ isoPath, taken, isDisabled, onAdded }: RegisterFormProps) {
  const [name, setName] = useState(() => installerNameFor(isoPath, taken))
  const [digest, setDigest] = useState('')
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const against = reasonAgainstSha256(digest)
  const add = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const sha256 = digest.trim().toLowerCase()
      const added = await addInstaller({ name: name.trim(), isoPath, ...(sha256 ? { sha256 } : {}) })
      await onAdded(added.name)
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="Fleet files and profiles call it so."
          required
          maxLength={128}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="SHA-256 of the ISO"
          description="Where it is given, the whole file is read and compared first, which takes a while."
          value={digest}
          error={against}
          maxLength={80}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setDigest(event.currentTarget.value)}
        />
        {error !== undefined && <ProblemAlert title="The installer was not added" error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isBusy} disabled={isDisabled || against !== undefined}>
            Add installer
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
