import { formatDuration } from '../../domain/duration.ts'
import { Failure } from '../../domain/failure.ts'
import { canBeReinstalled, canBeRetried } from '../../domain/life.ts'
import { parseMacAddress } from '../../domain/mac-address.ts'
import { isBefore } from '../../domain/phase.ts'
import type { HostActionDesk, PowerOutcome } from '../../ports/control/host-action-desk.ts'
import type { Machine } from '../../ports/machine-driver.ts'
import type { HostState } from '../host-book.ts'
import { type ControlParts, requireHost } from './control-parts.ts'

/** How long a host without a driver stays armed when it is woken or to be reinstalled, in milliseconds. */
const WINDOW_MS = 30 * 60_000
/** A power action, a picture or a removal may take so long, in milliseconds. */
const ACTION_LIMIT_MS = 60_000

/** What people do to single hosts. */
export function createHostActions(parts: ControlParts): HostActionDesk {
  const { book, clock, drivers, files, hostLogs, keeper, plans, runner, waker } = parts
  const limit = () => AbortSignal.any([parts.signal, AbortSignal.timeout(ACTION_LIMIT_MS)])

  async function machineOf({ host }: HostState): Promise<Machine> {
    const machine = host.spec ? await drivers.of(host.driver).find(host.name, limit()) : undefined
    if (machine) return machine
    throw wrongState(
      host.name,
      host.spec ? 'its machine has not been made yet' : 'it has no driver: a person has to do that',
    )
  }

  async function arm(name: string, forMs: number, by: string): Promise<void> {
    await book.record(name, { type: 'host.armed', data: { until: clock.now() + forMs, by } })
  }

  /** Switching a physical machine on: whoever asks for that means it to be installed, if it is not yet. */
  async function wake(
    { host: { name }, life }: HostState,
    action: string,
    by: string,
  ): Promise<PowerOutcome> {
    if (action !== 'on')
      throw wrongState(
        name,
        `nothing can switch it ${action === 'off' ? 'off' : 'off and on'}: it has no driver`,
      )
    const mac = parseMacAddress(plans.wish(name)?.match.mac ?? '')
    if (!mac)
      throw wrongState(name, 'its MAC address is not known, so its card cannot be called: add match.mac')
    const networks = await waker.wake(mac, limit())
    if (!isBefore(life.phase, 'config') || life.phase === 'failed') return { way: 'woken', networks }
    const armedUntil = Math.max(clock.now() + WINDOW_MS, life.armedUntil ?? 0)
    await book.record(name, { type: 'host.armed', data: { until: armedUntil, by } })
    return { way: 'woken', networks, armedUntil }
  }

  /** `undefined` where nobody keeps one. */
  async function serialLog(name: string, tailBytes: number): Promise<string | undefined> {
    const { host } = requireHost(book, name)
    const machine = host.spec ? await drivers.of(host.driver).find(name, limit()) : undefined
    if (!machine?.consoleLogPath) return undefined
    return await files.readTextTail(machine.consoleLogPath, tailBytes)
  }

  return {
    reinstall: async (name, by) => {
      const { host, life } = requireHost(book, name)
      if (!canBeReinstalled(life)) {
        throw wrongState(name, `it is on its way already, in phase ${life.phase}; there is nothing to arm`)
      }
      await book.record(name, { type: 'host.reinstall', data: { by } })
      if (!host.spec) await arm(name, WINDOW_MS, by)
    },
    arm: async (name, forMs, by) => {
      const { host, life } = requireHost(book, name)
      if (host.spec)
        throw wrongState(name, 'its machine is ours and known by more than its address: it needs no window')
      if (!isBefore(life.phase, 'config') || life.phase === 'failed') {
        throw wrongState(
          name,
          `it is in phase ${life.phase}; edgeboot host reinstall ${name} opens a window of ${formatDuration(WINDOW_MS)} too`,
        )
      }
      await arm(name, forMs, by)
    },
    approve: async (name, by) => {
      requireHost(book, name)
      await book.record(name, { type: 'host.approved', data: { by } })
    },
    retry: async (name) => {
      const { life } = requireHost(book, name)
      if (!canBeRetried(life)) {
        throw wrongState(
          name,
          life.phase === 'failed'
            ? `it failed after it had been given its configuration, so its disk may have been written: edgeboot host reinstall ${name}`
            : `it is in phase ${life.phase}, not failed`,
        )
      }
      await book.record(name, { type: 'host.retried', data: {} })
    },
    power: async (name, action, by) => {
      const state = requireHost(book, name)
      if (!state.host.spec) return await wake(state, action, by)
      await (await machineOf(state)).power(action, limit())
      // Of being switched on or off the machine tells by itself.
      if (action === 'reset')
        await book.record(name, { type: 'machine.power', data: { state: 'on', cause: 'reset' } })
      return { way: 'switched' }
    },
    deleteHost: async (name) => {
      const { host } = requireHost(book, name)
      await runner.stop(name)
      if (host.spec) await drivers.of(host.driver).delete(name, limit())
      // First the wish: a host that is wished for is enrolled anew when the program starts.
      await keeper.forget(name)
      await book.remove(name)
    },
    screenshot: async (name) => {
      const state = requireHost(book, name)
      if (state.host.spec && !drivers.of(state.host.driver).can.screenshot)
        throw wrongState(name, 'its driver takes no pictures')
      return await (await machineOf(state)).screenshot(limit())
    },
    serialLog: async (name, tailBytes) => (await serialLog(name, tailBytes)) ?? '',
    hostLog: async (name, source, tailBytes) => {
      const serial = source === 'network' ? undefined : await serialLog(name, tailBytes)
      if (source === 'serial' || (source === undefined && serial !== undefined)) return serial ?? ''
      const network = await hostLogs.tail(requireHost(book, name).host.name, tailBytes)
      const isParted = !serial || serial.endsWith('\n')
      return `${serial ?? ''}${isParted ? '' : '\n'}${network}`
    },
  }
}

function wrongState(name: string, why: string): Failure {
  return new Failure('host.wrong-state', `host ${name}: ${why}`)
}
