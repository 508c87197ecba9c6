import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { reachableAddresses } from '../adapters/host-network/interface-address.ts'
import { describePortHolder } from '../adapters/host-network/port-holder.ts'
import type { ServerCertificate } from '../adapters/tls-x509/server-certificate.ts'
import type { DashboardFiles } from '../ports/dashboard-files.ts'
import { addDashboardRoutes } from '../servers/dashboard/dashboard-routes.ts'
import { type ControlServer, openControlServer } from '../servers/http-api/control-server.ts'
import type { Access } from '../services/access.ts'
import { createAuthenticator } from '../services/authenticator.ts'
import { createControlDesk } from '../services/control/control-desk.ts'
import type { ControlParts } from '../services/control/control-parts.ts'
import type { Workplace } from './workplace.ts'

/** Where the control API is offered, and how. */
export interface ControlListenerOptions {
  /** Address of the control listener; loopback unless somebody wants it otherwise. */
  readonly controlHost: string
  readonly controlPort: number
  /** Names and addresses others use for the control listener. */
  readonly controlNames: readonly string[]
  /** `off`, `generated` (an authority of our own), or files of a given certificate. */
  readonly tls: 'off' | 'generated' | { readonly certificatePath: string; readonly keyPath: string }
}

const LOCAL_TOKEN = 'local'

/** The listener of the control API, over all that the server can do. Failure `port.in-use`. */
export async function openControl(
  parts: ControlParts & { readonly dashboard: DashboardFiles | undefined },
  { controlHost, controlPort, controlNames }: ControlListenerOptions,
  { random }: Workplace,
  tls: ServerCertificate | undefined,
): Promise<ControlServer> {
  const { access, store, clock, log, dashboard } = parts
  return await openControlServer({
    describePortHolder,
    desk: createControlDesk(parts),
    authenticator: createAuthenticator(access),
    sessions: store,
    audit: async (record) => void (await store.appendAudit({ time: clock.now(), ...record })),
    clock,
    random,
    log,
    host: controlHost,
    port: controlPort,
    names: controlNames,
    ...(tls ? { tls } : {}),
    ...(dashboard ? { addDashboard: (app) => addDashboardRoutes(app, dashboard, random) } : {}),
  })
}

/** What the control API is encrypted with; `undefined` where it is not. Failure `certificate.invalid`. */
export async function certificateFor(
  { tls, controlNames, controlHost }: ControlListenerOptions,
  { directory, clock }: Workplace,
): Promise<ServerCertificate | undefined> {
  if (tls === 'off') return undefined
  const { openServerCertificate, readServerCertificate } = await import(
    '../adapters/tls-x509/server-certificate.ts'
  )
  if (tls !== 'generated') return await readServerCertificate(tls, clock)
  const own = controlHost === '0.0.0.0' || controlHost === '::' ? reachableAddresses() : [controlHost]
  const names = [...new Set([...controlNames, ...own, hostname()])]
  return await openServerCertificate({ directory: join(directory, 'tls'), names, clock })
}

/**
 * Lets commands of the same user on this machine find us: a file that only the owner of the data directory can read,
 * with a token that is good as long as we run.
 */
export async function announceLocally(
  access: Access,
  control: ControlServer,
  dataDirectory: string,
  tls: ServerCertificate | undefined,
): Promise<AsyncDisposable> {
  const path = join(dataDirectory, 'control.json')
  await access.revokeToken(LOCAL_TOKEN, 'serve').catch(() => undefined)
  const { text } = await access.createToken({ name: LOCAL_TOKEN, role: 'admin' }, 'serve')
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${control.port}`
  const about = {
    url: control.isLoopbackOnly ? control.url : url,
    token: text,
    pid: process.pid,
    ...(tls?.authorityPath ? { authorityPath: tls.authorityPath } : {}),
  }
  writeFileSync(`${path}.new`, JSON.stringify(about), { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return {
    async [Symbol.asyncDispose]() {
      rmSync(path, { force: true })
      await access.revokeToken(LOCAL_TOKEN, 'serve').catch(() => undefined)
    },
  }
}
