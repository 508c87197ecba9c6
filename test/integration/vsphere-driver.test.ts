import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { powerOff } from '../../src/codec/vim25/machine-calls.ts'
import { isFailure } from '../../src/domain/failure.ts'
import type { MacAddress } from '../../src/domain/mac-address.ts'
import type { PowerChange } from '../../src/domain/machine.ts'
import { CTRL_B, chordsForText } from '../../src/domain/us-keyboard.ts'
import type { Machine, MachineDriver } from '../../src/ports/machine-driver.ts'
import { openLabClient } from '../lab/vcenter/lab-client.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { aVsphereSpec, openDriverOn } from '../support/vsphere-driver.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-vsphere-'))
const signal = () => AbortSignal.timeout(60_000)
const reason = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  )
let isoPath: string
let lab: LabVcenter
let driver: MachineDriver
let told: string[]

const open = (options: Partial<Parameters<typeof openDriverOn>[1]> = {}) =>
  openDriverOn(lab.environment, { directory, tell: (text) => void told.push(text), ...options })

beforeAll(() => {
  isoPath = join(directory, 'boot.iso')
  writeFileSync(isoPath, Buffer.alloc(700_000, 'iso'))
})
beforeEach(async () => {
  told = []
  lab = await openLabVcenter()
  driver = await open()
})
afterEach(async () => {
  await driver[Symbol.asyncDispose]()
  await lab[Symbol.asyncDispose]()
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** The first power changes that a machine tells, until one satisfies the condition. */
async function changesUntil(machine: Machine, isLast: (change: PowerChange) => boolean) {
  const seen: PowerChange[] = []
  for await (const change of machine.watch(signal())) {
    seen.push(change)
    if (isLast(change)) break
  }
  return seen
}

/** Not by us: by its guest, or by somebody else, which looks the same. */
async function switchOffByOthers(name: string): Promise<void> {
  using client = await openLabClient(lab)
  await client.login()
  await client.callTask(powerOff((await lab.machine(name)).reference))
}

describe('a machine', () => {
  test('is made as its spec says, off, marked as ours, and with addresses that are read back', async () => {
    const spec = aVsphereSpec({
      firmware: 'uefi',
      cpus: 4,
      diskGiB: 300,
      options: {
        datastore: '/DC0/datastore/LocalDS_0',
        hardwareVersion: 'vmx-15',
        guestId: 'otherLinux64Guest',
        secureBoot: 'true',
        annotation: 'till 7',
        'extraConfig.guestinfo.site': 'berlin & köln',
      },
    })

    const machine = await driver.create(spec, signal())

    const made = await lab.machine('edge-1')
    expect(made).toMatchObject({
      powerState: 'poweredOff',
      uuid: spec.uuid,
      annotation: 'till 7',
      disks: [300],
      cpus: 4,
      memoryMiB: 1024,
      firmware: 'efi',
      secureBoot: true,
      guestId: 'otherLinux64Guest',
      version: 'vmx-15',
      extraConfig: {
        'edgeboot.owner': 'owner-1',
        'edgeboot.host': 'edge-1',
        'guestinfo.site': 'berlin & köln',
      },
      vmxPath: expect.stringMatching(/^\[LocalDS_0\]/),
    })
    expect(made.devices).toEqual(
      expect.arrayContaining([
        'ParaVirtualSCSIController',
        'VirtualAHCIController',
        'VirtualVmxnet3',
        'VirtualCdrom',
      ]),
    )
    expect(machine.spec).toMatchObject({ mac: made.mac, uuid: spec.uuid })
    expect(machine.spec?.mac).toMatch(/^00:50:56:/)
  })

  test('keeps the address it was given, and goes to a port group of a distributed switch and a host that are named', async () => {
    const mac = '00:50:56:01:02:03' as MacAddress
    const spec = aVsphereSpec({
      assignsMac: false,
      mac,
      network: { kind: 'named', name: 'DC0_DVPG0' },
      options: { host: 'DC0_H0', folder: '/DC0/vm' },
    })

    await driver.create(spec, signal())

    expect(await lab.machine('edge-1')).toMatchObject({ mac })
    expect(told).toEqual(['vSphere: datastore LocalDS_0'])
  })

  test('has its ISO on its datastore, connected at power on, after the disk and before the network; first only when asked', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())

    await machine.setMedia(isoPath, signal())
    const booting = await lab.machine('edge-1')
    await machine.setMedia(isoPath, signal(), { first: true })
    const reinstalling = await lab.machine('edge-1')
    await machine.setMedia(undefined, signal())
    const installed = await lab.machine('edge-1')

    const iso = expect.stringMatching(/^\[LocalDS_0\] edgeboot\/boot-[0-9a-f]{16}\.iso$/)
    expect(booting).toMatchObject({
      cd: { iso, startConnected: true },
      bootOrder: ['disk', 'cdrom', 'ethernet'],
    })
    expect(reinstalling.bootOrder).toEqual(['cdrom', 'disk', 'ethernet'])
    expect(installed).toMatchObject({
      cd: { startConnected: false },
      bootOrder: ['disk', 'cdrom', 'ethernet'],
    })
    expect(installed.cd?.iso).toBeUndefined()
    expect(told.filter((text) => text.startsWith('uploading'))).toContainEqual(
      expect.stringContaining('100 %'),
    )
  })

  test('is never given another CD while it is on', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    await machine.setMedia(isoPath, signal())
    await machine.power('on', signal())
    lab.log.clear()

    expect(await reason(machine.setMedia(undefined, signal()))).toMatchObject({ code: 'machine.wrong-state' })

    expect(lab.log.count('ReconfigVM_Task')).toBe(0)
  })

  test('that is asked for again is the same, also after it was renamed; asked for differently it is refused', async () => {
    const spec = aVsphereSpec()
    const machine = await driver.create(spec, signal())
    await using later = await open()

    const again = await later.create({ ...spec, mac: '52:54:00:99:99:99' as MacAddress }, signal())
    const different = await reason(later.create({ ...spec, cpus: 16 }, signal()))

    expect(again.spec).toEqual(machine.spec)
    expect(isFailure(different, 'machine.exists-differently') && different.message).toContain('cpus')
    expect(await lab.machines()).toHaveLength(1)
  })

  test('that somebody else made is never touched, whatever it is called', async () => {
    await lab.addForeignMachine('edge-1')
    const before = await lab.machines()

    const made = await reason(driver.create(aVsphereSpec(), signal()))

    expect(isFailure(made, 'driver.refused') && made.message).toContain('edge-1')
    expect(await driver.find('edge-1', signal())).toBeUndefined()
    await driver.delete('edge-1', signal())
    expect(await lab.machines()).toEqual(before)
  })

  test('of another data directory is not ours either', async () => {
    await driver.create(aVsphereSpec(), signal())
    await using others = await open({ owner: 'owner-2', directory: join(directory, 'others') })

    expect(await others.find('edge-1', signal())).toBeUndefined()
    expect(await reason(others.create(aVsphereSpec(), signal()))).toMatchObject({ code: 'driver.refused' })
    await others.delete('edge-1', signal())

    expect(await lab.machines()).toHaveLength(1)
  })

  test('is switched off and removed with its files, and removing it again is no failure', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    await machine.setMedia(isoPath, signal())
    await machine.power('on', signal())

    await driver.delete('edge-1', signal())
    await driver.delete('edge-1', signal())

    expect(await lab.machines()).toEqual([])
    expect((await lab.files('LocalDS_0')).map(({ path }) => path)).toEqual([
      expect.stringMatching(/^edgeboot\/boot-[0-9a-f]{16}\.iso$/),
    ])
    expect(await reason(machine.power('on', signal()))).toMatchObject({ code: 'machine.wrong-state' })
  })

  test('that was switched off by its guest while nobody listened is known to have done so', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    const watching = changesUntil(machine, ({ state }) => state === 'on')
    await machine.power('on', signal())
    await watching
    await driver[Symbol.asyncDispose]()
    await switchOffByOthers('edge-1')

    driver = await open()
    const found = await driver.find('edge-1', signal())
    const [first] = await changesUntil(found as Machine, () => true)

    expect(first).toEqual({ state: 'off', cause: 'guest-shutdown' })
  })

  test('is reached under the address its guest tools tell', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    const watching = changesUntil(machine, ({ state }) => state === 'on')
    await machine.power('on', signal())
    await watching
    expect(machine.endpoint(5080)).toBeUndefined()

    await lab.setGuestAddress('edge-1', '192.0.2.7')

    await expect.poll(() => machine.endpoint(5080)).toEqual({ host: '192.0.2.7', port: 5080 })
  })
})

describe('media', () => {
  test('are uploaded once per datastore, however many machines want them at the same time', async () => {
    const machines = await Promise.all(
      ['edge-1', 'edge-2', 'edge-3', 'edge-4'].map((name, index) =>
        driver.create(
          aVsphereSpec({ name, uuid: `00000000-0000-4000-8000-00000000000${index}` as never }),
          signal(),
        ),
      ),
    )
    await using others = await open({ owner: 'owner-2', directory: join(directory, 'others') })
    const theirs = await others.create(aVsphereSpec({ name: 'other' }), signal())

    await Promise.all([...machines, theirs].map((machine) => machine.setMedia(isoPath, signal())))

    expect(lab.log.uploads.filter(({ complete }) => complete)).toHaveLength(1)
    expect((await lab.files('LocalDS_0')).filter(({ path }) => path.startsWith('edgeboot/'))).toHaveLength(1)
  })

  test('of another size are replaced: they are left of something that was broken off', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    await machine.setMedia(isoPath, signal())
    const iso = (await lab.machine('edge-1')).cd?.iso
    await machine.setMedia(undefined, signal())
    writeFileSync(join(lab.datastores[0]?.directory ?? '', (iso ?? '').replace('[LocalDS_0] ', '')), 'half')

    await machine.setMedia(isoPath, signal())

    const path = (iso ?? '').replace('[LocalDS_0] ', '')
    expect(await lab.files('LocalDS_0')).toContainEqual({ path, bytes: 700_000 })
  })

  test('that find no room say so, and leave nothing behind under the name', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    await lab.fillDatastore('LocalDS_0', 'refused')

    expect(await reason(machine.setMedia(isoPath, signal()))).toMatchObject({ code: 'driver.no-space' })

    expect((await lab.files('LocalDS_0')).filter(({ path }) => path.endsWith('.iso'))).toEqual([])
    await lab.makeRoom('LocalDS_0')
    await machine.setMedia(isoPath, signal())
  })
})

describe('what the server refuses', () => {
  test('a wrong password is told once and never tried again', async () => {
    await using wrong = await openDriverOn(
      { ...lab.environment, GOVC_PASSWORD: 'secret-but-wrong' },
      { directory },
    )

    const tries = await Promise.all([1, 2, 3].map(() => reason(wrong.create(aVsphereSpec(), signal()))))
    tries.push(await reason(wrong.find('edge-1', signal())))

    for (const failure of tries) {
      expect(failure).toMatchObject({ code: 'driver.login-refused' })
      expect(String(failure)).not.toContain('secret-but-wrong')
    }
    expect(lab.log.count('Login')).toBe(1)
  })

  test('a full datastore', async () => {
    await lab.fillDatastore('LocalDS_0', 'refused')

    expect(await reason(driver.create(aVsphereSpec(), signal()))).toMatchObject({ code: 'driver.no-space' })
    expect(await lab.machines()).toEqual([])
  })

  test('a fault inside the task, named with what was being done', async () => {
    lab.fault({
      method: 'CreateVM_Task',
      kind: 'task-fault',
      fault: { type: 'InsufficientMemoryResourcesFault' },
    })

    const failure = await reason(driver.create(aVsphereSpec(), signal()))

    expect(isFailure(failure, 'driver.no-space') && failure.message).toMatch(
      /creating edge-1 .*InsufficientMemory/,
    )
  })

  test('a missing privilege, by its name, and the way that needs no typing', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    await machine.power('on', signal())
    lab.privileges.deny('VirtualMachine.Interact.PutUsbScanCodes', 'VirtualMachine.Interact.PowerOff')

    const typing = await reason(machine.typeKeys([CTRL_B], 10, signal()))
    const power = await reason(machine.power('off', signal()))

    expect(isFailure(typing, 'driver.forbidden') && typing.message).toMatch(/PutUsbScanCodes.*--boot media/)
    expect(isFailure(power, 'driver.forbidden') && power.message).toContain(
      'VirtualMachine.Interact.PowerOff',
    )
  })

  test('answers that are no answers: far too long, broken, or of another server', async () => {
    for (const kind of ['huge', 'malformed'] as const) {
      lab.fault({
        method: 'FindByUuid',
        kind,
        ...(kind === 'huge' ? { bytes: 50 * 1024 * 1024 } : {}),
      } as never)
      expect(await reason(driver.find('edge-1', signal()))).toMatchObject({ code: 'packet.malformed' })
    }
  })
})

describe('what goes wrong on the way', () => {
  test.each([
    ['a session that ends', () => Promise.resolve(lab.endSessions())],
    ['a vCenter that restarts', () => lab.restart({ downMs: 1000 })],
  ])('%s keeps nothing that happens to a machine from being told', async (_, interrupt) => {
    const machine = await driver.create(aVsphereSpec(), signal())
    const isOn = Promise.withResolvers<void>()
    const watching = changesUntil(machine, ({ state, cause }) => {
      if (state === 'on') isOn.resolve()
      return cause === 'guest-shutdown'
    })
    await machine.power('on', signal())
    await isOn.promise

    await interrupt()
    await switchOffByOthers('edge-1')

    expect((await watching).at(-1)).toEqual({ state: 'off', cause: 'guest-shutdown' })
  })

  test('closing the driver ends what waits for a task, at once', async () => {
    lab.fault({ method: 'CreateVM_Task', kind: 'slow-task', delayMs: 20_000 })
    const making = reason(driver.create(aVsphereSpec(), signal()))
    await expect.poll(() => lab.log.calls.some(({ method }) => method === 'CreateVM_Task')).toBe(true)
    // From then on the task is waited for.
    await expect
      .poll(() => lab.log.calls.findLast(({ method }) => method === 'ModifyListView')?.outcome)
      .toBe('200')

    const begun = Date.now()
    await driver[Symbol.asyncDispose]()

    expect(String(await making)).toContain('closed')
    expect(Date.now() - begun).toBeLessThan(5000)
  })

  test('a vCenter that restarts while machines are made loses nothing', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `edge-${index + 1}`)
    await driver.describe(signal())
    await driver.find('edge-1', signal())
    const hold = lab.hold((call) => call.method === 'CreateVM_Task', 'after')

    const making = Promise.all(
      names.map((name, index) =>
        driver.create(
          aVsphereSpec({ name, uuid: `00000000-0000-4000-8000-00000000001${index}` as never }),
          signal(),
        ),
      ),
    )
    await hold.held
    await lab.restart({ downMs: 1500 })
    hold.drop()
    await making

    expect((await lab.machines()).map(({ name }) => name).toSorted()).toEqual(names)
  })

  test.each([
    'CreateVM_Task',
    'ReconfigVM_Task',
    'PowerOnVM_Task',
    'Destroy_Task',
    'MoveDatastoreFile_Task',
    'MakeDirectory',
  ])('an answer to %s that is lost is made up for by looking', async (method) => {
    lab.fault({ method, kind: 'reset-after' })

    const machine = await driver.create(aVsphereSpec(), signal())
    await machine.setMedia(isoPath, signal())
    await machine.power('on', signal())
    const [made, ...others] = await lab.machines()
    await driver.delete('edge-1', signal())

    expect(others).toEqual([])
    expect(made).toMatchObject({ name: 'edge-1', powerState: 'poweredOn', cd: { startConnected: true } })
    expect(await lab.machines()).toEqual([])
  })

  test('at most eight calls are at the server at the same time', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `edge-${index + 1}`)

    await Promise.all(
      names.map((name, index) =>
        driver.create(
          aVsphereSpec({
            name,
            uuid: `00000000-0000-4000-8000-0000000001${String(index).padStart(2, '0')}` as never,
          }),
          signal(),
        ),
      ),
    )

    expect(lab.log.maxInFlight()).toBeLessThanOrEqual(8)
    expect(await lab.machines()).toHaveLength(30)
  })

  test('text is typed whole although the machine accepts only part of each batch', async () => {
    const machine = await driver.create(aVsphereSpec(), signal())
    await machine.power('on', signal())
    lab.keyTrouble({ kind: 'take-first', events: 3 })

    const chords = chordsForText('chain http://192.0.2.1:8080/boot.ipxe\n')
    await machine.typeKeys(chords, 1, signal())

    expect(await lab.typed('edge-1')).toEqual(chords)
  })
})

describe('the certificate of the server', () => {
  const without = (name: string) => {
    const { [name]: _, ...rest } = lab.environment as Record<string, string>
    return rest
  }

  test('that nobody vouches for ends the connection before the password is sent, and its thumbprint is told', async () => {
    await using strict = await openDriverOn(without('GOVC_TLS_CA_CERTS'), { directory })

    const failure = await reason(strict.find('edge-1', signal()))

    expect(isFailure(failure, 'driver.untrusted') && failure.message).toContain(lab.thumbprintSha256)
    expect(lab.log.calls).toEqual([])
  })

  test('is known by its thumbprint, and by no other', async () => {
    const knownHosts = join(directory, 'known-hosts')
    const environment = { ...without('GOVC_TLS_CA_CERTS'), GOVC_TLS_KNOWN_HOSTS: knownHosts }
    writeFileSync(knownHosts, `127.0.0.1:${lab.port} ${lab.thumbprintSha1}\n`)
    await using right = await openDriverOn(environment, { directory })
    expect(await right.find('edge-1', signal())).toBeUndefined()

    writeFileSync(knownHosts, `127.0.0.1:${lab.port} ${'AB:'.repeat(19)}AB\n`)
    await using wrong = await openDriverOn(environment, { directory })
    const failure = await reason(wrong.find('edge-1', signal()))

    expect(failure).toMatchObject({ code: 'driver.untrusted' })
  })
})

test('a single ESXi is driven the same way', async () => {
  await using esxi = await openLabVcenter({ model: 'esx' })
  await using alone = await openDriverOn(esxi.environment, { directory, defaults: { network: 'VM Network' } })

  const machine = await alone.create(aVsphereSpec(), signal())
  await machine.setMedia(isoPath, signal())
  await machine.power('on', signal())

  expect(await esxi.machine('edge-1')).toMatchObject({
    powerState: 'poweredOn',
    cd: { startConnected: true },
  })
  await alone.delete('edge-1', signal())
  expect(await esxi.machines()).toEqual([])
})
