import { Fieldset, SimpleGrid, TextInput } from '@mantine/core'
import { VSPHERE_PLACES } from '../../../../src/domain/vsphere-options.ts'

const WORDS: Readonly<Record<(typeof VSPHERE_PLACES)[number], string>> = {
  datacenter: 'Data centre',
  folder: 'Folder',
  cluster: 'Cluster',
  host: 'Host',
  pool: 'Resource pool',
  datastore: 'Datastore or datastore cluster',
}

interface VsphereFieldsProps {
  readonly options: Readonly<Record<string, string>>
  readonly onChange: (options: Readonly<Record<string, string>>) => void
  readonly problems: Readonly<Record<string, string>>
}

/** Where in the inventory the machines go. */
export function VsphereFields({ options, onChange, problems }: VsphereFieldsProps) {
  return (
    <Fieldset
      legend="Place in vSphere; what is empty comes from the settings of the server"
      variant="default"
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {VSPHERE_PLACES.map((place) => (
          <TextInput
            key={place}
            label={WORDS[place]}
            value={options[place] ?? ''}
            onChange={(event) => onChange({ ...options, [place]: event.currentTarget.value })}
            error={problems[place] === undefined ? undefined : `It ${problems[place]}.`}
            maxLength={1024}
            autoComplete="off"
            spellCheck={false}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  )
}
