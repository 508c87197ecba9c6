import { createHash } from 'node:crypto'
import { test } from 'vitest'
import { parseFleet } from '../src/codec/fleet-file/parse-fleet.ts'
import { createUserDataRenderer } from '../src/codec/fleet-file/render-user-data.ts'
import type { Fleet } from '../src/domain/fleet/fleet.ts'
import { defineHost, type HostDefinition } from '../src/domain/fleet/host-definition.ts'
import { type KnownHost, planFleet } from '../src/domain/fleet/plan.ts'
import { formatPlan } from '../src/domain/fleet/plan-text.ts'
import { indexMatches } from '../src/domain/matching.ts'

const HOSTS = 10_000
const ITERATIONS = 3
const LIMITS = { iterations: ITERATIONS, time: 0, warmup: false }

const BASE = `#cloud-config
stylus:
  site:
    paletteEndpoint: api.example.com
    edgeHostToken: \${env.TOKEN}
    projectName: stores
    name: \${host.name}
    users:
      - name: operator
        groups: [admin]
        ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKFkZHJlc3M operator]
install:
  device: /dev/sda
  poweroff: true
stages:
  boot:
    - name: Say where this is
      commands:
        - echo "\${host.labels.site}" > /etc/site
        - |
          cat > /etc/issue <<EOF
          \${host.name} in \${host.labels.site}
          EOF
`

function fleetText(): string {
  const head = `apiVersion: edgeboot/v1
installers:
  palette: { iso: ./installer.iso }
profiles:
  store:
    installer: palette
    userData: ./base.user-data.yaml
    machine: { driver: vsphere, cpus: 8, memory: 32GiB, disk: 300GiB, network: VM Network }
    ready: { localUi: {} }
hosts:
`
  const hosts = Array.from({ length: HOSTS }, (_, index) => {
    const [high, low] = [index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, '0'))
    return `  - name: store-${index}
    profile: store
    match: { mac: "00:50:56:aa:${high}:${low}", serial: VMware-${index} }
    labels: { site: berlin-${index % 100} }
    userData: { stylus: { site: { tags: { site: "\${host.labels.site}" } } } }
`
  })
  return head + hosts.join('')
}

function fleetOf(text: string): Fleet {
  const { fleet, problems } = parseFleet([{ file: 'fleet.yaml', text }])
  if (!fleet) throw new Error(JSON.stringify(problems.slice(0, 3)))
  return fleet
}

function definitionsOf(fleet: Fleet): ReadonlyMap<string, HostDefinition> {
  const renderer = createUserDataRenderer(fleet, { env: () => 'secret', file: () => ({ text: BASE }) })
  return new Map(
    [...fleet.hosts.values()].map((host) => {
      const { document, errors } = renderer.render(host.name)
      if (errors.length > 0) throw new Error(JSON.stringify(errors[0]))
      return [host.name, defineHost(fleet, host, createHash('sha256').update(document).digest('hex'))]
    }),
  )
}

test(`a fleet of ${HOSTS} hosts`, { timeout: 300_000 }, async ({ bench }) => {
  const text = fleetText()
  const fleet = fleetOf(text)
  const definitions = definitionsOf(fleet)
  const known: KnownHost[] = [...definitions].map(([name, definition], index) => ({
    name,
    definition: index % 3 === 0 ? { ...definition, memory: '16GiB' } : definition,
    phase: 'ready',
  }))
  const index = indexMatches(fleet.hosts.values())
  const steps: readonly (readonly [string, () => unknown])[] = [
    ['parse and validate', () => fleetOf(text)],
    ['render all user-data', () => definitionsOf(fleet)],
    ['plan and print', () => formatPlan(planFleet(definitions, known))],
    ['index for matching', () => indexMatches(fleet.hosts.values())],
    ['match one machine', () => index.find({ mac: '00-50-56-AA-12-34', serial: 'VMware-4660' })],
  ]

  let total = 0
  const told: string[] = [`${(text.length / 1024 / 1024).toFixed(1)} MiB of YAML`]
  for (const [name, step] of steps) {
    const { latency } = await bench(name, () => void step()).run(LIMITS)
    total += latency.mean
    told.push(`${name} ${latency.mean.toFixed(3)} ms`)
  }
  console.log(`${HOSTS} hosts: ${told.join(', ')}; in all ${(total / 1000).toFixed(2)} s`)
})
