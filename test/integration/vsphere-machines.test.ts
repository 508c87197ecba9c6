import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chordsForText } from '../../src/domain/us-keyboard.ts'
import { describeMachineDriver } from '../contracts/machine-driver.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { bootSectorIso } from '../support/boot-sector.ts'
import { aVsphereSpec, openDriverOn } from '../support/vsphere-driver.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-vsphere-'))
const isos = { powerOffIso: '', resetIso: '', idleIso: '', echoIso: '' }
const signal = () => AbortSignal.timeout(60_000)
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

describeMachineDriver('vSphere', () => ({ open, ...isos }))

describe('the keyboard of a machine in vSphere', () => {
  test('types every printable ASCII character so that the guest reads the same', async () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
    await using driver = await open()
    const machine = await driver.create(aVsphereSpec({ name: 'typed', memoryMiB: 128 }), signal())
    try {
      await machine.setMedia(isos.echoIso, signal())
      await machine.power('on', signal())
      const console = await lab.consoleLog('typed')
      const serial = () => readFileSync(console, 'latin1')
      await expect
        .poll(() => machine.typeKeys(chordsForText('\n'), 40, signal()).then(serial), {
          timeout: 30_000,
          interval: 300,
        })
        .toContain('\r')
      const before = serial().length

      await machine.typeKeys(chordsForText(printable), 40, signal())

      await expect
        .poll(() => serial().slice(before).replaceAll('\r', ''), { timeout: 20_000 })
        .toBe(printable)
    } finally {
      await driver.delete('typed', signal())
    }
  })
})
