import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { waitForUpdates } from '../../src/codec/vim25/property-calls.ts'
import type { ManagedObject } from '../../src/codec/vim25/reference.ts'
import { logout } from '../../src/codec/vim25/service-calls.ts'
import { cancelTask } from '../../src/codec/vim25/task.ts'
import { openLabClient } from '../lab/vcenter/lab-client.ts'
import { type LabForTest, openLabForTest, refusal } from '../support/lab-for-test.ts'

let opened: LabForTest
let lab: LabForTest['lab']
let client: LabForTest['client']
let datacenter: ManagedObject
let create: LabForTest['create']
let slowTask: LabForTest['slowTask']
let watchTask: LabForTest['watchTask']
beforeAll(async () => {
  opened = await openLabForTest()
  ;({ lab, client, datacenter, create, slowTask, watchTask } = opened)
})
afterAll(() => opened?.[Symbol.asyncDispose]())
beforeEach(() => lab.log.clear())

describe('sessions', () => {
  test('a wrong password is refused and noted, the right one opens a session, logging out ends it', async () => {
    using other = await openLabClient(lab)

    await expect(other.login('wrong')).rejects.toMatchObject(refusal('InvalidLogin'))
    expect(lab.log.calls.at(-1)).toMatchObject({ method: 'Login', outcome: 'InvalidLogin' })
    await expect(other.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))

    await other.login()
    expect(await other.find('/DC0')).toEqual(datacenter)
    await other.call(logout(other.content.sessionManager))
    await expect(other.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))
  })

  test('ended ones are refused, for files too, and so is whoever waits for updates', async () => {
    const task = await slowTask(30_000)
    const watch = await watchTask(task)
    await watch.next()
    const waiting = watch.next(600)
    await expect.poll(() => lab.log.calls.at(-1)?.method).toBe('WaitForUpdatesEx')

    lab.endSessions()

    await expect(waiting).rejects.toMatchObject(refusal('NotAuthenticated'))
    await expect(client.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))
    for (const method of ['PUT', 'GET', 'HEAD'] as const)
      expect((await client.file(method, 'a', new Uint8Array(0))).status).toBe(401)
    await client.login()
    await client.call(cancelTask(task))
  })
})

test('a client that is gone no longer waits', async () => {
  const task = await slowTask(60_000)
  const watch = await watchTask(task)
  await watch.next()
  const aborted = new AbortController()
  const waiting = client.call(waitForUpdates(watch.collector, '-', 600), aborted.signal)
  waiting.catch(() => undefined)
  await expect.poll(() => lab.log.calls.at(-1)?.method).toBe('WaitForUpdatesEx')

  aborted.abort()

  await expect.poll(() => lab.log.calls.at(-1)?.outcome).toBeDefined()
  await client.call(cancelTask(task))
})

describe('on demand', () => {
  test('a call is refused, a task fails, an answer is no SOAP, or broken, or too large', async () => {
    const fault = { type: 'ConcurrentAccess', message: 'somebody else' }
    lab.fault({ method: 'FindByInventoryPath', nth: 2, kind: 'fault', fault })
    await client.find('/DC0')
    await expect(client.find('/DC0')).rejects.toMatchObject(refusal('ConcurrentAccess'))
    await client.find('/DC0')

    const noSpace = { type: 'NoDiskSpace', properties: { datastore: 'LocalDS_0' } }
    lab.fault({ method: 'CreateVM_Task', kind: 'task-fault', fault: noSpace })
    expect(await create('never')).toMatchObject({
      state: 'error',
      fault: { type: 'NoDiskSpace', properties: { datastore: 'LocalDS_0' } },
    })
    lab.fault({ method: 'FindByInventoryPath', kind: 'status', status: 503 })
    await expect(client.find('/DC0')).rejects.toThrow('503')
    lab.fault({ method: 'FindByInventoryPath', kind: 'malformed' })
    await expect(client.find('/DC0')).rejects.toMatchObject({ code: 'packet.malformed' })
    lab.fault({ method: 'FindByInventoryPath', kind: 'huge', bytes: 50_000_000 })
    await expect(client.find('/DC0')).rejects.toMatchObject({ code: 'packet.malformed' })
    expect((await lab.machines()).map(({ name }) => name)).not.toContain('never')
  })

  test('a connection is cut before or after a call took effect', async () => {
    lab.fault({ method: 'CreateVM_Task', kind: 'reset-before' })
    lab.fault({ method: 'CreateVM_Task', nth: 2, kind: 'reset-after' })

    await expect(create('cut-before')).rejects.toThrow()
    await expect(create('cut-after')).rejects.toThrow()

    const names = (await lab.machines()).map(({ name }) => name)
    expect(names).not.toContain('cut-before')
    expect(names).toContain('cut-after')
    expect(lab.log.calls.filter(({ outcome }) => outcome === 'dropped')).toHaveLength(2)
  })

  test('a request is held before or after it took effect, and then released or dropped', async () => {
    const before = lab.hold((call) => call.method === 'CreateVM_Task', 'before')
    const dropped = create('held')
    dropped.catch(() => undefined)
    expect(await before.held).toMatchObject({ method: 'CreateVM_Task' })
    before.drop()
    await expect(dropped).rejects.toThrow()
    expect((await lab.machines()).map(({ name }) => name)).not.toContain('held')

    const after = lab.hold(1, 'after')
    const made = create('held')
    await after.held
    expect((await lab.machines()).map(({ name }) => name)).toContain('held')
    after.release()
    expect(await made).toMatchObject({ state: 'success' })
  })

  test('a task takes its time, tells its progress, and can be cancelled', async () => {
    const watch = await watchTask(await slowTask(800, [25, 75]))
    const seen: (string | undefined)[] = []
    while (seen.at(-1) !== 'success') {
      const properties = await watch.next()
      seen.push(properties?.get('info.progress')?.text, properties?.get('info.state')?.text)
    }
    expect(seen).toContain('75')

    const task = await slowTask(60_000)
    await client.call(cancelTask(task))
    await expect
      .poll(() => client.taskState(task))
      .toMatchObject({ state: 'error', fault: { type: 'RequestCanceled' } })
    await expect(client.call(cancelTask(task))).rejects.toMatchObject(refusal('InvalidState'))
  })

  test('the server restarts: everybody is cut and has to log in again, the inventory is the same', async () => {
    const before = await lab.machines()
    const hold = lab.hold(1, 'before')
    const cut = client.find('/DC0')
    cut.catch(() => undefined)
    await hold.held

    await lab.stopListening()

    await expect(cut).rejects.toThrow()
    await expect(client.find('/DC0')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await lab.startListening()
    await expect(client.find('/DC0')).rejects.toMatchObject(refusal('NotAuthenticated'))
    await client.login()
    expect(await lab.machines()).toEqual(before)
    hold.drop()
  })

  test('calls in flight are counted', async () => {
    lab.fault({ method: 'FindByInventoryPath', kind: 'delay', ms: 100, times: 5 })

    await Promise.all(Array.from({ length: 5 }, () => client.find('/DC0')))

    expect(lab.log.maxInFlight()).toBe(5)
  })
})
