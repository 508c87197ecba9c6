import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { describeMachineDriver } from '../contracts/machine-driver.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { bootSectorIso } from '../support/boot-sector.ts'
import { openDriverOn } from '../support/vsphere-driver.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-vsphere-'))
const isos = { powerOffIso: '', resetIso: '', idleIso: '', echoIso: '' }
let lab: LabVcenter

const open = () => openDriverOn(lab.environment, { directory: join(directory, 'notes') })

beforeAll(async () => {
  isos.powerOffIso = bootSectorIso(directory, 'powerOff')
  isos.resetIso = bootSectorIso(directory, 'reset')
  isos.idleIso = bootSectorIso(directory, 'idle')
  isos.echoIso = bootSectorIso(directory, 'echo')
  // Machines of this vCenter really run.
  lab = await openLabVcenter({ machines: 'qemu' })
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

describeMachineDriver('vSphere', () => ({
  open,
  ...isos,
  consoleText: async ({ name }) => readFileSync(await lab.consoleLog(name), 'latin1'),
}))
