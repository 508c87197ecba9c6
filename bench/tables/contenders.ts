import { join } from 'node:path'
import { type LoadReport, runLoad } from '../load/load.ts'
import type { BenchContext } from '../measure/table.ts'
import { startCaddy } from '../peers/caddy.ts'
import { type Certificate, makeCertificate } from '../peers/certificate.ts'
import { edgebootVersion, startEdgebootFleet } from '../peers/edgeboot.ts'
import type { FileServer, FileServerOptions } from '../peers/file-server.ts'
import { type InstallerFiles, makeInstallerFiles } from '../peers/installer-files.ts'
import { startNginx } from '../peers/nginx.ts'
import { startPython } from '../peers/python-http.ts'

export const GIB = 2 ** 30
export const MIB = 2 ** 20
/** As large as that of a real installer. */
export const ROOTFS_BYTES = 1.5 * GIB
/** Hosts of the fleet: as many as the most connections. */
const HOSTS = 512

export type Peer = 'nginx' | 'nginx, 2 workers' | 'Caddy' | 'Python'

/** Servers of the same root file system: Edgeboot, and those of the others that are there. */
export interface Contenders extends AsyncDisposable {
  readonly servers: readonly FileServer[]
  readonly files: InstallerFiles
  /** As `runLoad`, with the authority to trust. */
  load(downloads: LoadOf, processes?: number): Promise<LoadReport>
}

type LoadOf = Omit<Parameters<typeof runLoad>[0], 'authority'>

/** Starts them, has each of them send the whole file once, and compares its digest: nobody is measured cold, or wrong. */
export async function startContenders(
  context: BenchContext,
  { peers, isTls = false }: { readonly peers: readonly Peer[]; readonly isTls?: boolean },
): Promise<Contenders> {
  context.uses('Edgeboot', await edgebootVersion())
  context.note(`making an installer of ${ROOTFS_BYTES / GIB} GiB`)
  const files = await makeInstallerFiles(context.folder, ROOTFS_BYTES)
  const certificate = isTls ? await makeCertificate(context.folder) : undefined
  const options: FileServerOptions = { context, files, ...(certificate && { certificate }) }
  await using stack = new AsyncDisposableStack()
  const servers: FileServer[] = []
  context.note(`starting Edgeboot with ${HOSTS} hosts${['', ...peers].join(', ')}`)
  const folder = join(context.folder, `edgeboot-${Date.now()}`)
  const ours = { folder, iso: files.iso, rootfsBytes: files.sizeBytes, hosts: HOSTS }
  for (const start of [
    () => startEdgebootFleet({ ...ours, ...(certificate && { certificate }) }),
    ...peers.map((peer) => () => startPeer(peer, options)),
  ]) {
    const server = await start()
    if (server) servers.push(stack.use(server))
  }
  const load = loadFor(certificate)
  for (const server of servers) await expectWhole(server, files, load)
  const all = stack.move()
  return { servers, files, load, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

function startPeer(peer: Peer, options: FileServerOptions): Promise<FileServer | undefined> {
  switch (peer) {
    case 'nginx':
      return startNginx({ ...options, workers: 1 })
    case 'nginx, 2 workers':
      return startNginx({ ...options, workers: 2 })
    case 'Caddy':
      return startCaddy(options)
    case 'Python':
      return startPython(options)
  }
}

function loadFor(certificate: Certificate | undefined): Contenders['load'] {
  const authority = certificate?.certificatePem
  return (plan, processes) => runLoad({ ...plan, ...(authority !== undefined && { authority }) }, processes)
}

async function expectWhole(
  server: FileServer,
  { sizeBytes, sha256 }: InstallerFiles,
  load: Contenders['load'],
): Promise<void> {
  const downloads = await server.downloads([{ from: 0, bytes: sizeBytes }])
  const report = await load({ downloads, digests: true })
  if (report.sha256[0] !== sha256) throw new Error(`${server.name} sent other bytes than those of the file`)
}
