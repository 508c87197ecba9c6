import { Alert, Stack, Text, Title } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useMay } from '../../api/session.ts'
import { useHosts } from '../../live/live-provider.tsx'
import { hasErrors } from '../../ui/editor/findings-in-words.ts'
import { useUserDataCheck } from '../../ui/editor/use-user-data-check.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { AddedPanel } from './added-panel.tsx'
import { EMPTY_DRAFT, STEPS, type Step } from './draft.ts'
import { InstallerStep } from './installer-step.tsx'
import { ReviewStep } from './review-step.tsx'
import { STEP_TITLES, StepList } from './step-list.tsx'
import { useDraft } from './use-draft.ts'
import { UserDataStep } from './user-data-step.tsx'
import { isWithoutProblem, whereProblems } from './where-problems.ts'
import { WhereStep } from './where-step.tsx'

/** From nothing, or from what there is, to new hosts: installer, user-data, machine, start. */
export function StartPage() {
  const { hosts, isLoaded } = useHosts()
  const navigate = useNavigate()
  const mayAct = useMay('operator')
  const [draft, change] = useDraft()
  // In memory only: it holds secrets.
  const [userData, setUserData] = useState('')
  const [added, setAdded] = useState<string>()
  const checked = useUserDataCheck(userData)
  const taken = new Set(hosts.map(({ name }) => name))
  const hasUserData = checked.isCurrent && checked.check !== undefined && !hasErrors(checked.check)
  const isComplete: Readonly<Record<Step, boolean>> = {
    installer: draft.installer !== '',
    'user-data': hasUserData,
    where: isWithoutProblem(whereProblems(draft, taken)),
    review: false,
  }
  const farthest = STEPS.find((step) => !isComplete[step]) ?? 'review'
  // After a reload there is no user-data, which comes before all that follows. A name that is taken meanwhile sends
  // nobody away: the hosts being added take theirs.
  const missing = (['installer', 'user-data'] as const).find((step) => !isComplete[step])
  const step = missing && STEPS.indexOf(draft.step) > STEPS.indexOf(missing) ? missing : draft.step
  const goTo = (next: Step): void => change({ step: next })
  const title = isLoaded && hosts.length > 0 ? 'Add hosts' : 'Start'
  if (added !== undefined) {
    return (
      <Stack maw="var(--page-width)">
        <PageTitle>{title}</PageTitle>
        <AddedPanel name={added} onMore={() => setAdded(undefined)} />
      </Stack>
    )
  }
  return (
    <Stack maw={960} gap="lg">
      <PageTitle>{title}</PageTitle>
      {!mayAct && (
        <Alert color="gray" title="You can look, but not add hosts">
          <Text size="sm">Adding hosts needs the role operator, registering an ISO the role admin.</Text>
        </Alert>
      )}
      <StepList step={step} farthest={farthest} onGoTo={goTo} />
      <Stack component="section" aria-labelledby="step-title" gap="md">
        <StepTitle step={step} />
        {step === 'installer' && (
          <InstallerStep draft={draft} change={change} onNext={() => goTo('user-data')} />
        )}
        {step === 'user-data' && (
          <UserDataStep
            userData={userData}
            onChange={setUserData}
            checked={checked}
            onBack={() => goTo('installer')}
            onNext={() => goTo('where')}
          />
        )}
        {step === 'where' && (
          <WhereStep
            draft={draft}
            change={change}
            taken={taken}
            onBack={() => goTo('user-data')}
            onNext={() => goTo('review')}
          />
        )}
        {step === 'review' && (
          <ReviewStep
            draft={draft}
            userData={userData}
            checked={checked}
            onBack={() => goTo('where')}
            onAdded={(names) => {
              change(EMPTY_DRAFT)
              setUserData('')
              const [name] = names
              if (name !== undefined && draft.place === 'physical') setAdded(name)
              else if (name !== undefined && names.length === 1) {
                void navigate({ to: '/hosts/$name', params: { name } })
              } else void navigate({ to: '/' })
            }}
          />
        )}
      </Stack>
    </Stack>
  )
}

/** Takes the focus when the step changes, so that the keyboard goes on there. */
function StepTitle({ step }: { readonly step: Step }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = useRef(step)
  useEffect(() => {
    if (shown.current === step) return
    shown.current = step
    heading.current?.focus()
  }, [step])
  return (
    <Title order={2} size="h4" id="step-title" ref={heading} tabIndex={-1} className="step-title">
      {STEP_TITLES[step]}
    </Title>
  )
}
