import type { AddHostsRequest, FleetPlan } from '../../../src/contract/fleet.ts'
import { send } from './client.ts'

/** Adds hosts to the fleet in force. */
export async function addHosts(request: AddHostsRequest): Promise<FleetPlan> {
  return await send<FleetPlan>('POST', '/hosts', request)
}
