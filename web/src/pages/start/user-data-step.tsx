import { Button, Stack, Text } from '@mantine/core'
import { hasErrors } from '../../ui/editor/findings-in-words.ts'
import type { CheckedText } from '../../ui/editor/use-user-data-check.ts'
import { UserDataEditor } from '../../ui/editor/user-data-editor.tsx'
import { isUntouched, STARTING_DOCUMENTS } from './starting-documents.ts'
import { StepButtons } from './step-buttons.tsx'

interface UserDataStepProps {
  readonly userData: string
  readonly onChange: (text: string) => void
  readonly checked: CheckedText
  readonly onBack: () => void
  readonly onNext: () => void
}

/** What the hosts become: a document that is right before it goes on. */
export function UserDataStep({ userData, onChange, checked, onBack, onNext }: UserDataStepProps) {
  return (
    <Stack>
      <Text size="sm">
        The cloud-config document the hosts get. Errors keep it from being used, warnings do not. It holds
        secrets, so this browser keeps it only as long as the page is open: after a reload it has to be
        entered again, unlike everything else here.
      </Text>
      <UserDataEditor
        value={userData}
        onChange={onChange}
        checked={checked}
        tools={
          isUntouched(userData) ? (
            <>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => onChange(STARTING_DOCUMENTS.central)}
              >
                Begin for central management
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => onChange(STARTING_DOCUMENTS.local)}>
                Begin for local management
              </Button>
            </>
          ) : (
            <Button size="compact-sm" variant="default" onClick={() => onChange('')}>
              Empty the editor
            </Button>
          )
        }
      />
      <StepButtons onBack={onBack} onNext={onNext} reasonAgainst={reasonAgainst(userData, checked)} />
    </Stack>
  )
}

function reasonAgainst(userData: string, { check, isCurrent, error }: CheckedText): string | undefined {
  if (userData.trim() === '') return 'Write a document or open one first.'
  if (!isCurrent || !check)
    return error === undefined ? 'It is being checked.' : 'It has to be checked first.'
  return hasErrors(check) ? 'Errors have to be corrected first.' : undefined
}
