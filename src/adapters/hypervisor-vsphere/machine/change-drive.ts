import type { BootDevice } from '../../../codec/vim25/boot-order.ts'
import { changeMedia } from '../../../codec/vim25/machine-calls.ts'
import { MACHINE_VIEW, type MachineView, readMachineView } from '../../../codec/vim25/machine-view.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import { steadily } from '../client/steadily.ts'
import type { VimClient } from '../client/vim-client.ts'
import type { MediaLibrary } from '../media/media-library.ts'

export interface DriveChange {
  readonly object: ManagedObject
  readonly name: string
  /** File of this machine; absent empties the drive. */
  readonly isoPath: string | undefined
  /** The CD goes before the disk. */
  readonly first: boolean
}

/**
 * Brings an ISO onto the machine's datastore and into its drive, connected at power on, and sets the order of booting:
 * disk, CD, network. Never while the machine is on: a guest that has locked its drive would make the server ask a
 * question that nobody answers.
 */
export async function changeDrive(
  { object, name, isoPath, first }: DriveChange,
  parts: { readonly client: VimClient; readonly media: MediaLibrary; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const { client, media, clock } = parts
  await steadily(
    async () => {
      const view = await readView(client, object, name, signal)
      const { drive } = view
      if (!drive)
        throw new Failure('driver.refused', `${name} has no CD drive any more; delete and make it anew`)
      const remote = isoPath === undefined ? undefined : await media.bring(isoPath, object, view, signal)
      const order = bootOrderOf(view, first && remote !== undefined)
      const isSame =
        drive.isoPath === remote &&
        drive.startConnected === (remote !== undefined) &&
        JSON.stringify(view.bootOrder) === JSON.stringify(order)
      if (isSame) return
      if (view.isOn)
        throw new Failure('machine.wrong-state', `${name} is on: its CD is only changed while it is off`)
      const doing = `${remote ? `putting ${remote} into` : 'emptying'} the CD drive of ${name}`
      const boot = { order, secureBoot: view.secureBoot }
      await client.runTask(changeMedia(object, drive, remote, boot), { doing, repeatable: true }, signal)
    },
    clock,
    signal,
  )
}

async function readView(
  client: VimClient,
  object: ManagedObject,
  name: string,
  signal: AbortSignal,
): Promise<MachineView> {
  const [found] = await client.retrieve([MACHINE_VIEW], [object], signal)
  if (found) return readMachineView(found.properties)
  throw new Failure('machine.wrong-state', `${name} was removed from the inventory`)
}

/** An empty disk falls through to the CD, and a written one wins: an installed host never installs itself again. */
function bootOrderOf({ disks, cards }: MachineView, cdFirst: boolean): readonly BootDevice[] {
  const cdrom: BootDevice = { kind: 'cdrom' }
  const disk = disks.slice(0, 1).map((key): BootDevice => ({ kind: 'disk', key }))
  const network = cards.slice(0, 1).map(({ key }): BootDevice => ({ kind: 'ethernet', key }))
  return cdFirst ? [cdrom, ...disk, ...network] : [...disk, cdrom, ...network]
}
