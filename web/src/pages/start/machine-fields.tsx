import { NumberInput, Radio, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { aboutQuery } from '../../api/about.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import type { MachineDraft } from './draft.ts'
import { VsphereFields } from './vsphere-fields.tsx'
import type { WhereProblems } from './where-problems.ts'

const FIRMWARE_WORDS = { bios: 'BIOS', uefi: 'UEFI' } as const
const BOOT_WORDS = {
  media: 'From a boot medium that is made for it',
  typed: 'Stock iPXE, with the address typed at its prompt',
  pxe: 'From the network, by DHCP and TFTP of this server',
} as const

interface MachineFieldsProps {
  readonly machine: MachineDraft
  readonly change: (part: Partial<MachineDraft>) => void
  readonly problems: WhereProblems
}

/** Of what the machines are made. */
export function MachineFields({ machine, change, problems }: MachineFieldsProps) {
  const { data: about, error, refetch } = useQuery(aboutQuery)
  const first = about?.drivers.find(({ usable }) => usable)?.kind
  // biome-ignore lint/correctness/useExhaustiveDependencies: chosen once, as soon as it is known
  useEffect(() => {
    if (machine.driver === '' && first !== undefined) change({ driver: first })
  }, [machine.driver, first])
  const sizes = [
    ['cpus', 'CPUs'],
    ['memoryGiB', 'Memory, GiB'],
    ['diskGiB', 'Disk, GiB'],
  ] as const
  return (
    <Stack>
      {error && (
        <ProblemAlert title="The drivers cannot be shown" error={error} retry={() => void refetch()} />
      )}
      <Radio.Group
        label="Made by"
        value={machine.driver}
        onChange={(driver) => change({ driver })}
        error={problems.driver}
      >
        <Stack gap="sm" mt="xs">
          {about?.drivers.map(({ kind, usable, detail }) => (
            <Radio
              key={kind}
              value={kind}
              label={usable ? kind : `${kind}, not usable`}
              description={detail}
              disabled={!usable}
            />
          ))}
        </Stack>
      </Radio.Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        {sizes.map(([size, label]) => (
          <NumberInput
            key={size}
            label={label}
            value={machine[size] || ''}
            onChange={(value) => change({ [size]: Number(value) })}
            error={problems.size !== undefined && !(machine[size] >= 1) ? problems.size : undefined}
            min={1}
            allowDecimal={false}
            hideControls
          />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label="Firmware"
          data={optionsOf(FIRMWARE_WORDS)}
          value={machine.firmware}
          onChange={(firmware) => change({ firmware: firmware ?? 'bios' })}
          allowDeselect={false}
        />
        <Select
          label="How it boots"
          data={optionsOf(BOOT_WORDS)}
          value={machine.boot}
          onChange={(boot) => change({ boot: boot ?? 'media' })}
          error={problems.boot}
          allowDeselect={false}
        />
      </SimpleGrid>
      <TextInput
        label="Network"
        description={
          machine.driver === 'vsphere'
            ? 'A network or port group, by name or path. Empty: the one in the settings of the server.'
            : 'user, bridge:NAME or tap:DEVICE. Empty: user, which needs no privileges.'
        }
        value={machine.network}
        onChange={(event) => change({ network: event.currentTarget.value.trim() })}
        error={problems.network}
        maxLength={1024}
        autoComplete="off"
        spellCheck={false}
      />
      {machine.driver === 'vsphere' && (
        <VsphereFields
          options={machine.options}
          onChange={(options) => change({ options })}
          problems={problems.options ?? {}}
        />
      )}
    </Stack>
  )
}

function optionsOf<T extends string>(words: Readonly<Record<T, string>>) {
  return Object.entries<string>(words).map(([value, label]) => ({ value: value as T, label }))
}
