import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'

const PROGRAM = fileURLToPath(new URL('../support/vsphere-life.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'edgeboot-killed-'))
const isoPath = join(directory, 'boot.iso')
writeFileSync(isoPath, Buffer.alloc(300_000, 'iso'))
let lab: LabVcenter

beforeEach(async () => {
  lab = await openLabVcenter()
  return async () => lab[Symbol.asyncDispose]()
})
afterEach(() => rmSync(join(directory, 'notes'), { recursive: true, force: true }))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function start(what: 'live' | 'delete'): {
  readonly child: ChildProcess
  readonly code: Promise<number | null>
} {
  const child = spawn(process.execPath, [PROGRAM, join(directory, 'notes'), isoPath, what], {
    env: { ...process.env, ...lab.environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return { child, code: once(child, 'exit').then(([code]) => code as number | null) }
}

/** Calls that change something at the server. */
const isStep = ({ method }: { readonly method: string }): boolean =>
  /_Task$|^MakeDirectory$|^PUT /.test(method)

/** Runs the program and kills it when the server has done its n-th step, but not answered; false when it has fewer. */
async function killAtStep(n: number, what: 'live' | 'delete'): Promise<boolean> {
  let seen = 0
  const hold = lab.hold((call) => isStep(call) && ++seen === n, 'after')
  const { child, code } = start(what)
  const isHeld = await Promise.race([hold.held.then(() => true), code.then(() => false)])
  child.kill('SIGKILL')
  await code
  hold.drop()
  return isHeld
}

test('killed after any step and run again there is one machine, as it should be, and nothing left behind', async () => {
  let steps = 0
  while (await killAtStep(steps + 1, 'live')) {
    steps += 1

    expect(await start('live').code).toBe(0)

    const [machine, ...others] = await lab.machines()
    expect(others, `after step ${steps}`).toEqual([])
    expect(machine, `after step ${steps}`).toMatchObject({
      name: 'edge-1',
      powerState: 'poweredOn',
      cd: { startConnected: false },
      bootOrder: ['disk', 'cdrom', 'ethernet'],
    })
    const media = readdirSync(join(lab.datastores[0]?.directory ?? '', 'edgeboot'))
    expect(media, `after step ${steps}`).toEqual([expect.stringMatching(/^boot-[0-9a-f]{16}\.iso$/)])

    // From the beginning once more: nothing of it is there.
    expect(await start('delete').code).toBe(0)
    expect(await lab.machines()).toEqual([])
    rmSync(join(lab.datastores[0]?.directory ?? '', 'edgeboot'), { recursive: true })
  }
  // Making it, two folders, the upload, its move, its lock, the drive, on, off, the drive, on.
  expect(steps).toBeGreaterThanOrEqual(11)
}, 300_000)

test('killed after any step of removing a machine and run again it is gone', async () => {
  let steps = 0
  for (;;) {
    expect(await start('live').code).toBe(0)
    const wasKilled = await killAtStep(steps + 1, 'delete')
    if (!wasKilled) break
    steps += 1

    expect(await start('delete').code).toBe(0)

    expect(await lab.machines(), `after step ${steps}`).toEqual([])
  }
  expect(steps).toBeGreaterThanOrEqual(2)
})
