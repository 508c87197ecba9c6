import { Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { IsoFile } from '../../../../src/contract/installers.ts'
import { uploadIso } from '../../api/installers.ts'
import { uploadNameFor } from '../../installers/iso-names.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { reasonAgainstUpload, type UploadState, uploadInWords, uploadPercent } from './upload-words.ts'

interface UploadPanelProps {
  /** Told when it begins and ends. */
  readonly onBusy: (isBusy: boolean) => void
  readonly onUploaded: (file: IsoFile) => void
}

interface Upload extends UploadState {
  readonly fileName: string
}

/** Sends an ISO of this computer to the server's machine, and shows how far it is. */
export function UploadPanel({ onBusy, onUploaded }: UploadPanelProps) {
  const [upload, setUpload] = useState<Upload>()
  const [error, setError] = useState<unknown>()
  const stopper = useRef<AbortController>(undefined)
  const stopButton = useRef<HTMLButtonElement>(null)
  const isBusy = upload !== undefined
  // Whoever leaves the page does not want it any more.
  useEffect(() => () => stopper.current?.abort(), [])
  useEffect(() => {
    if (isBusy) stopButton.current?.focus()
  }, [isBusy])

  const begin = async (file: File): Promise<void> => {
    const against = reasonAgainstUpload(file)
    const fileName = uploadNameFor(file.name)
    setError(against === undefined ? undefined : new Error(against))
    if (against !== undefined || fileName === undefined) return
    const stop = new AbortController()
    stopper.current = stop
    const startedAt = performance.now()
    const show = (sentBytes: number): void =>
      setUpload({
        fileName,
        sentBytes: Math.min(sentBytes, file.size),
        totalBytes: file.size,
        elapsedMs: performance.now() - startedAt,
      })
    show(0)
    onBusy(true)
    try {
      onUploaded(await uploadIso(file, fileName, { onProgress: show, signal: stop.signal }))
    } catch (reason) {
      if (!stop.signal.aborted) setError(reason)
    } finally {
      setUpload(undefined)
      onBusy(false)
    }
  }

  return (
    <Stack gap="xs">
      {upload === undefined ? (
        <Group gap="sm">
          <FileButton accept=".iso" onChange={(file) => file && void begin(file)}>
            {(props) => (
              <Button {...props} variant="default">
                Upload an ISO…
              </Button>
            )}
          </FileButton>
          <Text size="sm" c="dimmed">
            From this computer to the server; at most 64 GiB.
          </Text>
        </Group>
      ) : (
        <>
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              Uploading {upload.fileName}
            </Text>
            <Button
              ref={stopButton}
              variant="default"
              size="compact-sm"
              onClick={() => stopper.current?.abort()}
            >
              Stop upload
            </Button>
          </Group>
          <Progress value={uploadPercent(upload)} aria-label={`Upload of ${upload.fileName}`} />
          <Text size="sm" c="dimmed" className="number">
            {uploadInWords(upload)}
          </Text>
        </>
      )}
      {error !== undefined && <ProblemAlert title="The ISO was not uploaded" error={error} />}
    </Stack>
  )
}
