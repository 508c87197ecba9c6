import { Done } from '../../../contract/common.ts'
import {
  AddInstallerRequest,
  InstallerList,
  InstallerParams,
  InstallerView,
} from '../../../contract/installers.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

const tag = 'installers'

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
  // Paths of the server's machine: whoever names them can find out which files there are.
  app.post(
    '/installers',
    operation(
      'admin',
      {
        action: 'installer.add',
        tag,
        summary: "Registers an ISO that is a file of the server's machine.",
        errors: [
          'installer.name-taken',
          'installer.unknown-family',
          'installer.uki',
          'installer.invalid-artifact',
          'installer.digest-mismatch',
          'iso.malformed',
          'blob.not-found',
          'blob.unreadable',
        ],
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
