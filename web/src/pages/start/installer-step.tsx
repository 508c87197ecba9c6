import { Alert, Radio, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { contentsQuery, installersQuery, isosQuery } from '../../api/installers.ts'
import { useMay } from '../../api/session.ts'
import { ContentsView } from '../../installers/contents-view.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { bytesInWords } from '../../ui/words.ts'
import type { Draft } from './draft.ts'
import { IsoPathForm } from './iso-path-form.tsx'
import { RegisterPanel } from './register-panel.tsx'
import { StepButtons } from './step-buttons.tsx'
import type { ChangeDraft } from './use-draft.ts'

interface InstallerStepProps {
  readonly draft: Draft
  readonly change: ChangeDraft
  readonly onNext: () => void
}

const TYPED = 'typed'
const REGISTERED = 'installer:'
const FILE = 'file:'

/** Which ISO: a registered one, one that was found, or one by its path. */
export function InstallerStep({ draft, change, onNext }: InstallerStepProps) {
  const mayRegister = useMay('admin')
  const { data: installers, error, refetch } = useQuery(installersQuery)
  const { data: isos } = useQuery({ ...isosQuery, enabled: mayRegister })
  const registered = installers?.items ?? []
  const found = (isos?.items ?? []).filter(({ installer }) => installer === undefined)
  const isFound = found.some(({ path }) => path === draft.isoPath)
  const [isTyped, setTyped] = useState(false)
  const chosen = chosenOf(draft, isTyped || (draft.isoPath !== '' && !isFound))
  const choose = (value: string): void => {
    setTyped(value === TYPED)
    if (value.startsWith(REGISTERED)) change({ installer: value.slice(REGISTERED.length), isoPath: '' })
    else change({ installer: '', isoPath: value.startsWith(FILE) ? value.slice(FILE.length) : '' })
  }
  return (
    <Stack>
      {error && (
        <ProblemAlert title="The installers cannot be shown" error={error} retry={() => void refetch()} />
      )}
      <Radio.Group label="Which ISO installs the hosts" value={chosen} onChange={choose}>
        <Stack gap="sm" mt="xs">
          {registered.map(({ name, isoPath, sizeBytes }) => (
            <Radio
              key={name}
              value={`${REGISTERED}${name}`}
              label={name}
              description={`registered · ${isoPath} · ${bytesInWords(sizeBytes)}`}
            />
          ))}
          {found.map(({ path, sizeBytes }) => (
            <Radio
              key={path}
              value={`${FILE}${path}`}
              label={path.split('/').at(-1)}
              description={`found · ${path} · ${bytesInWords(sizeBytes)}`}
            />
          ))}
          {mayRegister && (
            <Radio
              value={TYPED}
              label="Another file"
              description={
                isos
                  ? `by its path on the server's machine; looked for in ${isos.folders.join(', ')}`
                  : "by its path on the server's machine"
              }
            />
          )}
        </Stack>
      </Radio.Group>
      {mayRegister && (
        <Text size="sm">
          An ISO on this computer is uploaded on the page <Link to="/installers">Installers</Link>.
        </Text>
      )}
      {!mayRegister && (
        <Alert color="gray" title="Only registered ISOs can be chosen here">
          <Text size="sm">Registering another one needs the role admin.</Text>
        </Alert>
      )}
      {chosen === TYPED && (
        <IsoPathForm path={draft.isoPath} onLookInside={(isoPath) => change({ installer: '', isoPath })} />
      )}
      {mayRegister && draft.isoPath !== '' && (
        <RegisterPanel
          key={draft.isoPath}
          isoPath={draft.isoPath}
          taken={registered.map(({ name }) => name)}
          onRegistered={(installer) => {
            setTyped(false)
            change({ installer, isoPath: '' })
          }}
        />
      )}
      {draft.installer !== '' && <Contents name={draft.installer} />}
      <StepButtons
        onNext={onNext}
        reasonAgainst={
          draft.installer !== ''
            ? undefined
            : draft.isoPath === ''
              ? 'Choose an ISO first.'
              : 'Register the ISO first.'
        }
      />
    </Stack>
  )
}

function chosenOf({ installer, isoPath }: Draft, isTyped: boolean): string {
  if (isTyped) return TYPED
  if (installer !== '') return `${REGISTERED}${installer}`
  return isoPath === '' ? '' : `${FILE}${isoPath}`
}

function Contents({ name }: { readonly name: string }) {
  const { data, error, refetch } = useQuery(contentsQuery(name))
  if (error) return <ProblemAlert title="The ISO cannot be read" error={error} retry={() => void refetch()} />
  return data ? <ContentsView contents={data} isRegistered /> : null
}
