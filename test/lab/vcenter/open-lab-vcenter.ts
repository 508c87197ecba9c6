import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTurns } from '../../../src/domain/async/turns.ts'
import type { KeyChord } from '../../../src/domain/key-chord.ts'
import { createSilentLog } from '../../support/silent-log.ts'
import { type CallLog, createCallLog } from './call-log.ts'
import { createFaults, type FaultOrder, type OrderedFault } from './faults.ts'
import { addForeignMachine, type ForeignMachine } from './foreign-machine.ts'
import { createFullDatastores, type UploadWhenFull } from './full-datastores.ts'
import { setGuestAddress } from './guest-address.ts'
import { createHolds, type Hold, type HoldPlace, type HoldWhich } from './holds.ts'
import { findMachine, type LabMachine, readMachines } from './inventory.ts'
import { createLabKeyboard, type KeyTrouble } from './keyboard.ts'
import { makeLabCertificate } from './lab-certificate.ts'
import { type LabFile, listFiles } from './lab-files.ts'
import { openLabListener } from './lab-listener.ts'
import { guestOff } from './power.ts'
import { noMachines } from './powered-machines.ts'
import { createPrivileges, type LabPrivileges } from './privileges.ts'
import { createProxy } from './proxy.ts'
import { openQemuMachines } from './qemu-machines.ts'
import { createSessions } from './sessions.ts'
import { openSimulatorClient } from './simulator-client.ts'
import { type LabDatastore, type SimulatorModel, startSimulator } from './simulator-process.ts'
import { createUpstream } from './upstream.ts'

export interface LabOptions extends SimulatorModel {
  /** `qemu`: switching a machine on starts it. Otherwise it is on in the inventory only. */
  readonly machines?: 'none' | 'qemu'
  /** Ports of real guests that `endpoint` is to reach. */
  readonly probePorts?: readonly number[]
  readonly user?: string
  readonly password?: string
}

/** A vCenter of the simulator's with what a real one does besides. Ends with its scope. */
export interface LabVcenter extends AsyncDisposable {
  /** `https://127.0.0.1:PORT/sdk`. */
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly caFile: string
  /** `AA:BB:…` of the server's certificate. */
  readonly thumbprintSha1: string
  readonly thumbprintSha256: string
  /** For a process that is to use it: `GOVC_URL` and its like. */
  readonly environment: Readonly<Record<string, string>>
  readonly datastores: readonly LabDatastore[]
  /** What was asked of it. */
  readonly log: CallLog
  /** Something goes wrong with the next request of a method. */
  fault(order: FaultOrder): OrderedFault
  /** Holds a request until it is released or dropped. */
  hold(which: HoldWhich, place: HoldPlace): Hold
  /** Nothing more fits into the datastores of that name. */
  fillDatastore(name: string, upload?: UploadWhenFull): Promise<void>
  makeRoom(name: string): Promise<void>
  /** All sessions end, as after a long time without calls. */
  endSessions(): void
  readonly openSessions: number
  /** All connections and sessions are gone, nobody answers for a while; the inventory stays. */
  restart(options?: { readonly downMs?: number }): Promise<void>
  /** As a restart, until `startListening`. */
  stopListening(): Promise<void>
  startListening(): Promise<void>
  /** All machines, past everything that goes wrong. */
  machines(): Promise<readonly LabMachine[]>
  /** The machine of that name. Error when there is none. */
  machine(name: string): Promise<LabMachine>
  /** What the user may do. */
  readonly privileges: LabPrivileges
  /** Something is wrong with typing from now on; nothing when left out. */
  keyTrouble(trouble?: KeyTrouble): void
  /** All chords that reached a machine. */
  typed(name: string): Promise<readonly KeyChord[]>
  /** As if the guest's tools had told its address. */
  setGuestAddress(name: string, address: string): Promise<void>
  /** File with all that a real guest wrote to its serial console. */
  consoleLog(name: string): Promise<string>
  /** Where a port of a real guest can be reached from here. */
  endpoint(name: string, port: number): Promise<{ readonly host: string; readonly port: number } | undefined>
  /** All files of a datastore, of a data centre by name where there are several. */
  files(datastore: string, datacenter?: string): readonly LabFile[]
  /** A machine that somebody else has made. */
  addForeignMachine(name: string, given?: ForeignMachine): Promise<LabMachine>
}

export async function openLabVcenter(options: LabOptions = {}): Promise<LabVcenter> {
  const { user = 'administrator@lab.local', password = 'Lab-pass-1' } = options
  await using stack = new AsyncDisposableStack()
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-lab-'))
  stack.defer(() => rmSync(directory, { recursive: true, force: true }))
  const certificate = await makeLabCertificate(directory)
  const simulated = stack.use(await startSimulator({ ...options, user, password, directory }))
  const { datastores } = simulated
  const simulator = await openSimulatorClient(simulated.url, user, password)
  const upstream = stack.use(createUpstream(simulated.url))
  const sessions = createSessions()
  const log = createCallLog()
  const holds = createHolds()
  const faults = createFaults()
  const full = createFullDatastores(simulator, datastores)
  const privileges = createPrivileges(datastores)
  const powerTurns = createTurns()
  const machines = stack.use(
    options.machines === 'qemu'
      ? await openQemuMachines({
          directory: join(directory, 'machines'),
          datastores,
          log: createSilentLog(),
          probePorts: options.probePorts ?? [],
          onGuestOff: (moid) => guestOff(simulator, powerTurns, moid),
        })
      : noMachines(),
  )
  const keyboard = createLabKeyboard(simulator, machines)
  const handle = createProxy({
    upstream,
    simulator,
    datastores,
    sessions,
    log,
    holds,
    faults,
    full,
    privileges,
    machines,
    powerTurns,
    keyboard,
  })
  const listener = stack.use(await openLabListener(certificate.leaf, handle))
  // Whoever is held would keep the port from closing.
  stack.defer(() => holds.dropAll())
  const url = `https://127.0.0.1:${listener.port}/sdk`
  const owned = stack.move()

  async function stopListening(): Promise<void> {
    sessions.endAll()
    await listener.stop()
  }

  return {
    url,
    port: listener.port,
    user,
    password,
    caFile: certificate.caFile,
    thumbprintSha1: certificate.thumbprintSha1,
    thumbprintSha256: certificate.thumbprintSha256,
    environment: {
      GOVC_URL: url,
      GOVC_USERNAME: user,
      GOVC_PASSWORD: password,
      GOVC_TLS_CA_CERTS: certificate.caFile,
    },
    datastores,
    log,
    fault: faults.fault,
    hold: holds.hold,
    fillDatastore: full.fill,
    makeRoom: full.makeRoom,
    endSessions: sessions.endAll,
    get openSessions() {
      return sessions.count
    },
    restart: async ({ downMs = 0 } = {}) => {
      await stopListening()
      await sleep(downMs)
      await listener.start()
    },
    stopListening,
    startListening: listener.start,
    machines: () => readMachines(simulator),
    machine: (name) => findMachine(simulator, name),
    privileges,
    keyTrouble: keyboard.trouble,
    typed: async (name) => keyboard.typed((await findMachine(simulator, name)).moid),
    setGuestAddress: (name, address) => setGuestAddress(simulator, name, address),
    consoleLog: async (name) => {
      const path = machines.consoleLog((await findMachine(simulator, name)).moid)
      if (path !== undefined) return path
      throw new Error(`${name} was never on`)
    },
    endpoint: async (name, port) => machines.endpoint((await findMachine(simulator, name)).moid, port),
    files: (datastore, datacenter) => listFiles(datastores, datastore, datacenter),
    addForeignMachine: (name, given) => addForeignMachine(simulator, datastores, name, given),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
