import { describe, expect, test } from 'vitest'
import { createRecordingLog } from '../../../../test/support/recording-log.ts'
import { parseXml } from '../../../codec/soap/parse-xml.ts'
import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import { renderVimCall, type VimCall } from '../../../codec/vim25/call.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import { createUpdateHub, type UpdateListener } from './update-hub.ts'
import type { OpenSession, VimSession } from './vim-session.ts'

const refusal = (type: string) => new VimRefusal({ type, message: '', properties: {} }, 'watching')
const vm = (id: string): ManagedObject => ({ type: 'VirtualMachine', id })
const task = (id: string): ManagedObject => ({ type: 'Task', id })
/** Everything that is ready to run goes first, as it does while a server answers. */
const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A server with one session at a time; `say` tells changes, `fail` lets the next call of a method fail. */
function aServer() {
  let generation = 1
  let views = 0
  const failures: { method: string; error: unknown }[] = []
  const calls: VimCall[] = []
  const view = new Set<string>()
  const gone = new Set<string>()
  const states = new Map<string, string>()
  let queue: string[] = []
  let wake = (): void => undefined
  const keyOf = (element: XmlElement) => `${element.attributes['type']}:${element.text}`
  const say = (...updates: string[]): void => {
    queue.push(...updates)
    wake()
  }
  const update = (key: string, kind: string, changes = ''): string =>
    `<objectSet><kind>${kind}</kind><obj type="${key.split(':')[0]}">${key.split(':')[1]}</obj>${changes}</objectSet>`
  const change = (name: string, value?: string): string =>
    `<changeSet><name>${name}</name><op>assign</op>${value === undefined ? '' : `<val>${value}</val>`}</changeSet>`
  const enter = (key: string): void => say(update(key, 'enter', states.get(key) ?? ''))

  async function perform(call: VimCall, session: OpenSession | undefined, signal: AbortSignal) {
    calls.push(call)
    await soon()
    signal.throwIfAborted()
    const failing = failures.findIndex(({ method }) => method === call.method)
    if (failing >= 0) throw failures.splice(failing, 1)[0]?.error
    if (session?.generation !== generation) throw refusal('NotAuthenticated')
    const inside = parseXml(renderVimCall(call)).children[0]?.children[0]
    switch (call.method) {
      case 'CreatePropertyCollector':
      case 'CreateListView':
        views += 1
        view.clear()
        queue = []
        return parseXml(`<r><returnval type="View">v-${views}</returnval></r>`)
      case 'ModifyListView': {
        const named = (name: string) =>
          (inside?.children ?? []).filter((child) => child.name === name).map(keyOf)
        for (const key of named('remove')) view.delete(key)
        const unknown = named('add').filter((key) => gone.has(key))
        for (const key of named('add')) {
          if (gone.has(key)) continue
          view.add(key)
          enter(key)
        }
        const refs = unknown.map(
          (key) => `<returnval type="${key.split(':')[0]}">${key.split(':')[1]}</returnval>`,
        )
        return parseXml(`<r>${refs.join('')}</r>`)
      }
      case 'WaitForUpdatesEx': {
        const isFirst = !renderVimCall(call).includes('<maxWaitSeconds>30')
        while (queue.length === 0 && !isFirst) {
          await new Promise<void>((resolve, reject) => {
            wake = resolve
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          })
          if (session.generation !== generation) throw refusal('NotAuthenticated')
        }
        const set = queue.join('')
        queue = []
        return parseXml(`<r><returnval><version>1</version><filterSet>${set}</filterSet></returnval></r>`)
      }
      default:
        return parseXml('<r/>')
    }
  }

  let known = generation
  const session: VimSession = {
    content: async () => ({ propertyCollector: task('pc'), viewManager: task('vm') }) as never,
    open: async (signal) => {
      signal.throwIfAborted()
      return { generation: known, cookie: 'c', key: 'k' }
    },
    ended: (one) => {
      if (one.generation === known) known = generation
    },
    perform: (call, options, signal) => perform(call, options.session, signal),
    [Symbol.asyncDispose]: async () => undefined,
  }
  return {
    session,
    call: perform,
    calls,
    views: () => views / 2,
    say,
    update,
    change,
    view,
    gone,
    states,
    endSession: () => {
      generation += 1
      wake()
    },
    fail: (method: string, error: unknown) => void failures.push({ method, error }),
  }
}

function aHub() {
  const server = aServer()
  const log = createRecordingLog()
  const clock = { now: () => 0, sleep: async (_: number, signal?: AbortSignal) => signal?.throwIfAborted() }
  const hub = createUpdateHub({ session: server.session, call: server.call, clock, log, pauseMs: () => 0 })
  return { server, hub, log }
}

/** What a listener was told: the state and address each time, `gone` at the end. */
function aListener() {
  const told: string[] = []
  const changes: string[][] = []
  let wake = (): void => undefined
  const listener: UpdateListener = (properties, changed) => {
    const part = (path: string) => properties?.get(path)?.text ?? '-'
    told.push(properties ? `${part('runtime.powerState')} ${part('guest.ipAddress')}` : 'gone')
    changes.push([...changed])
    wake()
  }
  const until = async (text: string): Promise<void> => {
    while (told.at(-1) !== text) await new Promise<void>((resolve) => (wake = resolve))
  }
  return { listener, told, changes, until }
}

const ON = '<changeSet><name>runtime.powerState</name><val>on</val></changeSet>'

describe('what is watched', () => {
  test('is told first as it is, then what changes, and what it no longer has', async () => {
    const { server, hub } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const a = aListener()
    hub.watch(vm('a'), a.listener)
    await a.until('on -')

    server.say(server.update('VirtualMachine:a', 'modify', server.change('guest.ipAddress', '192.0.2.7')))
    await a.until('on 192.0.2.7')
    server.say(server.update('VirtualMachine:a', 'modify', server.change('guest.ipAddress')))
    await a.until('on -')

    expect(a.changes).toEqual([['runtime.powerState'], ['guest.ipAddress'], ['guest.ipAddress']])
    await hub[Symbol.asyncDispose]()
  })

  test('is told as it is to who comes later', async () => {
    const { server, hub } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const [a, b] = [aListener(), aListener()]
    hub.watch(vm('a'), a.listener)
    await a.until('on -')

    hub.watch(vm('a'), b.listener)
    expect(b.told).toEqual([])
    await b.until('on -')
    await hub[Symbol.asyncDispose]()
  })

  test('is known to be gone when the server does not know it, at once or later', async () => {
    const { server, hub } = aHub()
    server.gone.add('Task:t')
    const [t, a] = [aListener(), aListener()]
    hub.watch(task('t'), t.listener)
    await t.until('gone')

    server.states.set('VirtualMachine:a', ON)
    hub.watch(vm('a'), a.listener)
    await a.until('on -')
    server.gone.add('VirtualMachine:a')
    server.say(server.update('VirtualMachine:a', 'leave'))
    await a.until('gone')
    expect(a.told).toEqual(['on -', 'gone'])
    await hub[Symbol.asyncDispose]()
  })

  test('is not gone when it has only left the view', async () => {
    const { server, hub } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const a = aListener()
    hub.watch(vm('a'), a.listener)
    await a.until('on -')

    server.states.set('VirtualMachine:a', ON.replace('>on<', '>off<'))
    server.say(server.update('VirtualMachine:a', 'leave'))
    await a.until('off -')

    expect(a.told).toEqual(['on -', 'off -'])
    await hub[Symbol.asyncDispose]()
  })

  test('that is gone does not keep the others out', async () => {
    const { server, hub } = aHub()
    server.fail('ModifyListView', refusal('ManagedObjectNotFound'))
    server.gone.add('Task:t')
    server.states.set('VirtualMachine:a', ON)
    const [t, a] = [aListener(), aListener()]
    hub.watch(task('t'), t.listener)
    hub.watch(vm('a'), a.listener)

    await Promise.all([t.until('gone'), a.until('on -')])
    await hub[Symbol.asyncDispose]()
  })

  test('is left when nobody listens any more, and can be watched again', async () => {
    const { server, hub } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const [a, again, b] = [aListener(), aListener(), aListener()]
    const unwatch = hub.watch(vm('a'), a.listener)
    await a.until('on -')
    unwatch()
    const unwatchAgain = hub.watch(vm('a'), again.listener)
    await again.until('on -')
    unwatchAgain()

    server.states.set('VirtualMachine:b', ON)
    hub.watch(vm('b'), b.listener)
    await b.until('on -')

    expect([...server.view]).toEqual(['VirtualMachine:b'])
    expect(a.told).toEqual(['on -'])
    await hub[Symbol.asyncDispose]()
  })

  test('one listener in trouble does not keep news from the others', async () => {
    const { server, hub, log } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const a = aListener()
    hub.watch(vm('a'), () => {
      throw new Error('no space left on device')
    })
    hub.watch(vm('a'), a.listener)

    await a.until('on -')
    expect(server.views()).toBe(1)
    expect(log.lines.some(({ level }) => level === 'warn')).toBe(true)
    await hub[Symbol.asyncDispose]()
  })
})

describe('trouble', () => {
  test('a session that ends is opened again, and all are told what is now', async () => {
    const { server, hub } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const a = aListener()
    hub.watch(vm('a'), a.listener)
    await a.until('on -')

    server.states.set('VirtualMachine:a', ON.replace('>on<', '>off<'))
    server.endSession()
    await a.until('off -')
    expect(server.views()).toBe(2)
    await hub[Symbol.asyncDispose]()
  })

  test('a session that had ended before anything was watched is opened again', async () => {
    const { server, hub } = aHub()
    server.endSession()
    server.states.set('VirtualMachine:a', ON)
    const a = aListener()
    hub.watch(vm('a'), a.listener)

    await a.until('on -')
    await hub[Symbol.asyncDispose]()
  })

  test.each([
    ['the view', 'ModifyListView', refusal('ManagedObjectNotFound')],
    ['the connection', 'ModifyListView', new Failure('driver.unreachable', 'cut', { sent: true })],
    ['the collector', 'WaitForUpdatesEx', refusal('ManagedObjectNotFound')],
  ])('%s that dies is replaced at once', async (_, method, error) => {
    const { server, hub } = aHub()
    const [a, b] = [aListener(), aListener()]
    for (const key of ['VirtualMachine:a', 'VirtualMachine:b']) server.states.set(key, ON)
    hub.watch(vm('a'), a.listener)
    await a.until('on -')

    server.fail(method, error)
    hub.watch(vm('b'), b.listener)
    if (method === 'WaitForUpdatesEx') server.say('')

    await b.until('on -')
    await hub[Symbol.asyncDispose]()
  })

  test('after closing nothing waits and nothing is asked', async () => {
    const { server, hub } = aHub()
    server.states.set('VirtualMachine:a', ON)
    const a = aListener()
    hub.watch(vm('a'), a.listener)
    await a.until('on -')

    await hub[Symbol.asyncDispose]()
    const { length } = server.calls
    hub.watch(vm('b'), a.listener)
    await soon()

    expect(server.calls).toHaveLength(length)
    expect(a.told).toEqual(['on -'])
  })
})
