import { Autocomplete, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { isosQuery } from '../../api/installers.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { bytesInWords, timeInWords } from '../../ui/words.ts'

interface IsoChoiceProps {
  readonly path: string
  readonly isBusy: boolean
  readonly isDisabled: boolean
  readonly onChange: (path: string) => void
  readonly onLook: () => void
}

/** An ISO of the server's machine: out of the folders where it looks, or any other path. */
export function IsoChoice({ path, isBusy, isDisabled, onChange, onLook }: IsoChoiceProps) {
  const { data, error, refetch } = useQuery(isosQuery)
  const files = new Map((data?.items ?? []).map((file) => [file.path, file]))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onLook()
      }}
    >
      {error && <ProblemAlert title="The ISOs cannot be listed" error={error} retry={() => void refetch()} />}
      <Group align="flex-end" wrap="wrap" gap="sm">
        <Autocomplete
          label="ISO on the server’s machine"
          description={
            data
              ? files.size > 0
                ? `${files.size === 1 ? 'One was' : `${files.size} were`} found: choose, or type any other path.`
                : `None in ${data.folders.join(', ')}: type a path, or upload one.`
              : 'Type its path.'
          }
          placeholder="/path/to/installer.iso"
          data={[...files.keys()]}
          value={path}
          disabled={isDisabled}
          onChange={onChange}
          limit={50}
          style={{ flex: '1 1 320px' }}
          comboboxProps={{ transitionProps: { duration: 0 } }}
          renderOption={({ option }) => {
            const file = files.get(option.value)
            return (
              <div>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {option.value}
                </Text>
                {file && (
                  <Text size="xs" c="dimmed">
                    {bytesInWords(file.sizeBytes)}, {timeInWords(file.modifiedAt)}
                    {file.installer !== undefined && `, registered as ${file.installer}`}
                  </Text>
                )}
              </div>
            )
          }}
          data-autofocus
        />
        <Button type="submit" variant="default" loading={isBusy} disabled={isDisabled || path.trim() === ''}>
          Look inside
        </Button>
      </Group>
    </form>
  )
}
