import type { RequestListener } from 'node:http'
import { renderVimCall, vimCall } from '../../../src/codec/vim25/call.ts'
import type { ManagedObject } from '../../../src/codec/vim25/reference.ts'
import type { Turns } from '../../../src/domain/async/turns.ts'
import type { WritableCallLog } from './call-log.ts'
import { type Faults, faultStep } from './faults.ts'
import { createFolderFiles } from './folder-files.ts'
import type { FullDatastores } from './full-datastores.ts'
import type { Holds } from './holds.ts'
import type { LabKeyboard } from './keyboard.ts'
import { compose } from './lab-request.ts'
import { createPassage } from './passage.ts'
import { powerStep } from './power.ts'
import type { PoweredMachines } from './powered-machines.ts'
import type { PrivilegeRules } from './privileges.ts'
import { realRefusals } from './real-refusals.ts'
import { screenshotStep } from './screenshot.ts'
import { searchTurns } from './search-turns.ts'
import { type Sessions, sessionStep } from './sessions.ts'
import type { SimulatorClient } from './simulator-client.ts'
import type { LabDatastore } from './simulator-process.ts'
import { createSoapCalls } from './soap-calls.ts'
import type { Upstream } from './upstream.ts'

/** Parts that the proxy is made of. */
export interface ProxyParts {
  readonly upstream: Upstream
  readonly simulator: SimulatorClient
  readonly datastores: readonly LabDatastore[]
  readonly sessions: Sessions
  readonly log: WritableCallLog
  readonly holds: Holds
  readonly faults: Faults
  readonly full: FullDatastores
  readonly privileges: PrivilegeRules
  readonly machines: PoweredMachines
  readonly powerTurns: Turns
  readonly keyboard: LabKeyboard
}

/**
 * What stands in front of the simulator: every SOAP call goes through the steps in their order, and reaches the
 * simulator if none of them answers it. What the simulator answers goes back as it is.
 */
export function createProxy(parts: ProxyParts): RequestListener {
  const { upstream, simulator, datastores, sessions, faults, full, privileges, machines, keyboard } = parts
  const passage = createPassage(parts.log, parts.holds)

  function cancelWait(cookie: string, collector: ManagedObject): void {
    const call = vimCall('CancelWaitForUpdates', collector)
    void upstream.soap({ method: call.method, text: renderVimCall(call) }, cookie)
  }

  const calls = createSoapCalls(
    passage,
    compose(
      [
        faultStep(faults, simulator),
        sessionStep(sessions, cancelWait),
        privileges.step,
        full.step,
        searchTurns(),
        realRefusals(simulator, datastores),
        keyboard.step,
        screenshotStep(simulator, machines, datastores),
        powerStep(simulator, machines, parts.powerTurns),
      ],
      (request) => upstream.soap(request, request.session),
    ),
  )
  const files = createFolderFiles({ ...parts, passage, mayUse: privileges.mayUse })

  return (request, response) => {
    // Clients are killed in the middle.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const path = request.url ?? ''
    if (path.startsWith('/folder/')) void files(request, response)
    else if (request.method === 'POST' && /^\/sdk\b/.test(path)) void calls(request, response)
    else if (path === '/sdk/vimServiceVersions.xml') void forwardPlain(upstream, path, response)
    else response.writeHead(404).end()
  }
}

function forwardPlain(upstream: Upstream, path: string, response: Parameters<RequestListener>[1]): void {
  upstream
    .file('GET', path)
    .on('error', () => response.destroy())
    .on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, { 'content-type': 'text/xml' })
      answer.pipe(response)
    })
    .end()
}
