import { Done } from '../../../contract/common.ts'
import {
  AddInstallerRequest,
  InspectIsoRequest,
  InstallerContents,
  InstallerList,
  InstallerParams,
  InstallerView,
  IsoList,
} from '../../../contract/installers.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

const tag = 'installers'

/** What reading an ISO can end in. */
const UNREADABLE = [
  'installer.unknown-family',
  'installer.uki',
  'installer.invalid-artifact',
  'iso.malformed',
  'blob.not-found',
  'blob.unreadable',
] as const

/** Registered ISOs. */
export async function installerRoutes(app: ApiInstance, { desk, access }: RouteTools): Promise<void> {
  app.get(
    '/installers',
    operation(
      'viewer',
      { action: 'installer.list', tag, summary: 'Registered ISOs.' },
      { response: { 200: InstallerList } },
    ),
    async () => ({ items: await desk.installers() }),
  )
  app.get(
    '/installers/:name',
    operation(
      'viewer',
      {
        action: 'installer.show',
        tag,
        summary: 'What is inside a registered ISO.',
        errors: ['installer.not-found', ...UNREADABLE],
      },
      { params: InstallerParams, response: { 200: InstallerContents } },
    ),
    async (request) => await desk.installerContents(request.params.name),
  )
  app.post(
    '/installers/inspect',
    operation(
      'admin',
      {
        action: 'installer.inspect',
        tag,
        summary: 'What is inside an ISO that is not registered. Changes nothing.',
        errors: UNREADABLE,
        changesNothing: true,
      },
      { body: InspectIsoRequest, response: { 200: InstallerContents } },
    ),
    async (request) => await desk.inspectIso(request.body.isoPath),
  )
  app.get(
    '/isos',
    operation(
      'admin',
      {
        action: 'iso.list',
        tag,
        summary: "ISO files on the server's machine, in the folders where it looks for them.",
      },
      { response: { 200: IsoList } },
    ),
    async () => await desk.isos(),
  )
  // Paths of the server's machine: whoever names them can find out which files there are.
  app.post(
    '/installers',
    operation(
      'admin',
      {
        action: 'installer.add',
        tag,
        summary: "Registers an ISO that is a file of the server's machine.",
        errors: ['installer.name-taken', 'installer.digest-mismatch', ...UNREADABLE],
      },
      { body: AddInstallerRequest, response: { 200: InstallerView } },
    ),
    async (request) => await desk.addInstaller(request.body, access.callerOf(request).actor),
  )
  app.delete(
    '/installers/:name',
    operation(
      'admin',
      {
        action: 'installer.remove',
        tag,
        summary: 'Forgets a registered ISO; the file stays.',
        errors: ['installer.not-found', 'installer.in-use'],
      },
      { params: InstallerParams, response: { 200: Done } },
    ),
    async (request) => {
      await desk.removeInstaller(request.params.name, access.callerOf(request).actor)
      return { done: true as const }
    },
  )
}
