import type { FastifyRequest } from 'fastify'
import { Done } from '../../../contract/common.ts'
import { ArmRequest, HostParams, PowerOutcome, PowerRequest } from '../../../contract/hosts.ts'
import type { FailureCode } from '../../../domain/failure.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

const tag = 'hosts'
const LIFE: readonly FailureCode[] = ['host.not-found', 'host.wrong-state']
const MACHINE: readonly FailureCode[] = [
  'host.not-found',
  'machine.wrong-state',
  'driver.unreachable',
  'driver.refused',
  'driver.timeout',
]
const DONE = { done: true } as const

/** Doing something with one host. */
export async function hostActionRoutes(app: ApiInstance, { desk, access }: RouteTools): Promise<void> {
  const actorOf = (request: FastifyRequest) => access.callerOf(request).actor
  const onHost = (action: string, summary: string, errors: readonly FailureCode[]) =>
    operation('operator', { action, tag, summary, errors }, { params: HostParams, response: { 200: Done } })

  app.post(
    '/hosts/:name/reinstall',
    onHost('host.reinstall', 'Arms exactly one new installation.', LIFE),
    async (request) => {
      await desk.reinstall(request.params.name, actorOf(request))
      return DONE
    },
  )
  app.post(
    '/hosts/:name/approve',
    onHost('host.approve', 'Says yes to the installation of a host that waits for a person.', LIFE),
    async (request) => {
      await desk.approve(request.params.name, actorOf(request))
      return DONE
    },
  )
  app.post(
    '/hosts/:name/retry',
    onHost('host.retry', 'Another try of a host that failed.', LIFE),
    async (request) => {
      await desk.retry(request.params.name, actorOf(request))
      return DONE
    },
  )
  app.delete(
    '/hosts/:name',
    onHost('host.delete', 'Removes the machine, where Edgeboot made it, and forgets the host.', MACHINE),
    async (request) => {
      await desk.deleteHost(request.params.name, actorOf(request))
      return DONE
    },
  )
  app.post(
    '/hosts/:name/arm',
    operation(
      'operator',
      {
        action: 'host.arm',
        tag,
        summary: 'Opens the window in which a host known by its MAC alone may fetch the installer.',
        errors: LIFE,
      },
      { params: HostParams, body: ArmRequest, response: { 200: Done } },
    ),
    async (request) => {
      await desk.arm(request.params.name, request.body.forMs, actorOf(request))
      return DONE
    },
  )
  app.post(
    '/hosts/:name/power',
    operation(
      'operator',
      {
        action: 'host.power',
        tag,
        summary: 'Switches the machine, the hard way; a physical one is woken by Wake-on-LAN.',
        errors: [...MACHINE, 'host.wrong-state', 'wake.unsent'],
      },
      { params: HostParams, body: PowerRequest, response: { 200: PowerOutcome } },
    ),
    async (request) => await desk.power(request.params.name, request.body.action, actorOf(request)),
  )
}
