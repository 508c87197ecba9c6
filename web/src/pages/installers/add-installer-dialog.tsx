import { Modal, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { InstallerContents } from '../../../../src/contract/installers.ts'
import { inspectIso, isosQuery } from '../../api/installers.ts'
import { ContentsView } from '../../installers/contents-view.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { IsoChoice } from './iso-choice.tsx'
import { RegisterForm } from './register-form.tsx'
import { UploadPanel } from './upload-panel.tsx'

interface AddInstallerDialogProps {
  /** Names that others have. */
  readonly taken: readonly string[]
  readonly onClose: () => void
  readonly onAdded: (name: string) => Promise<void>
}

/** Registers an ISO: it is chosen or uploaded, looked into, and then added. */
export function AddInstallerDialog({ taken, onClose, onAdded }: AddInstallerDialogProps) {
  const queries = useQueryClient()
  const [path, setPath] = useState('')
  const [contents, setContents] = useState<InstallerContents>()
  const [error, setError] = useState<unknown>()
  const [isLooking, setLooking] = useState(false)
  const [isUploading, setUploading] = useState(false)

  const choose = (chosen: string): void => {
    setPath(chosen)
    setContents(undefined)
    setError(undefined)
  }
  const look = async (at: string): Promise<void> => {
    choose(at)
    setLooking(true)
    try {
      setContents(await inspectIso(at.trim()))
    } catch (reason) {
      setError(reason)
    } finally {
      setLooking(false)
    }
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title="Add installer"
      size="xl"
      // What is uploaded is not lost by a slip: it has a button of its own to stop it.
      closeOnClickOutside={!isUploading}
      closeOnEscape={!isUploading}
      withCloseButton={!isUploading}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <Stack>
        <IsoChoice
          path={path}
          isBusy={isLooking}
          isDisabled={isUploading}
          onChange={choose}
          onLook={() => void look(path)}
        />
        <UploadPanel
          onBusy={(isBusy) => {
            // What was looked into before is not what is meant now.
            if (isBusy) choose('')
            setUploading(isBusy)
          }}
          onUploaded={(file) => {
            void queries.invalidateQueries({ queryKey: isosQuery.queryKey })
            void look(file.path)
          }}
        />
        <Text size="sm" role="status" className={isLooking ? undefined : 'visually-hidden'}>
          {isLooking ? 'Looking inside…' : contents ? 'This is what is inside.' : ''}
        </Text>
        {error !== undefined && <ProblemAlert title="This is no installer that can be added" error={error} />}
        {contents && (
          <>
            <ContentsView contents={contents} isRegistered={false} />
            <RegisterForm
              key={contents.isoPath}
              isoPath={contents.isoPath}
              taken={taken}
              isDisabled={isUploading}
              onAdded={onAdded}
            />
          </>
        )}
      </Stack>
    </Modal>
  )
}
