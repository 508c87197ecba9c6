import { describe, expect, test } from 'vitest'
import { createRecordingLog } from '../../test/support/recording-log.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { watchedBlob } from '../../test/support/watched-blob.ts'
import { Failure } from '../domain/failure.ts'
import type { Installer } from '../domain/installer.ts'
import type { Digester } from '../ports/digester.ts'
import { createServedInstaller, learnDigestsInBackground } from './served-installer.ts'

const artifact = (role: 'kernel' | 'initrd' | 'rootfs', offsetBytes: number) => ({
  role,
  path: `/${role}`,
  sizeBytes: 10,
  extents: [{ offsetBytes, lengthBytes: 10 }],
})
const installer: Installer = {
  family: 'kairos',
  volumeLabel: 'COS_LIVE',
  architecture: 'x86_64',
  artifacts: [artifact('kernel', 0), artifact('initrd', 10), artifact('rootfs', 20)],
  builtInFiles: [],
  kernelArguments: [],
  warnings: [],
}
const signal = () => new AbortController().signal

/** What is remembered of one ISO over several runs, and what had to be computed. */
function aMemory(sha256: Digester['sha256'] = async (_, [extent]) => `digest-at-${extent?.offsetBytes}`) {
  const remembered = new Map<string, string>()
  const computed: number[] = []
  const digester: Digester = {
    sha256: async (identity, extents, until) => {
      computed.push(extents[0]?.offsetBytes ?? -1)
      return sha256(identity, extents, until)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const digests = {
    digest: async (key: string) => remembered.get(key),
    rememberDigest: async (key: string, value: string) => void remembered.set(key, value),
  }
  const blob = watchedBlob(new Uint8Array(30))
  const run = (modifiedNs = '1') =>
    createServedInstaller(installer, {
      blob: { ...blob, identity: { ...blob.identity, modifiedNs } },
      digester,
      digests,
      log: createSilentLog(),
    })
  return { run, computed, blob }
}

describe('a served installer', () => {
  test('is served before any digest is known, and nothing of the ISO is read for that', () => {
    const { run, computed, blob } = aMemory()

    expect(run().artifact('kernel').sha256()).toBeUndefined()
    expect({ computed, reads: blob.reads }).toEqual({ computed: [], reads: 0 })
  })

  test('computes each digest once; the next run remembers it', async () => {
    const { run, computed } = aMemory()
    await run().learnDigests(signal())

    const next = run()
    await next.learnDigests(signal())

    expect(computed).toEqual([0, 10, 20])
    expect(next.artifact('rootfs').sha256()).toBe('digest-at-20')
  })

  test('of an ISO that was written to since has other tags and digests of its own', async () => {
    const { run, computed } = aMemory()
    await run('1').learnDigests(signal())

    const written = run('2')
    await written.learnDigests(signal())

    expect(computed).toEqual([0, 10, 20, 0, 10, 20])
    expect(written.artifact('kernel').entityTag).not.toBe(run('1').artifact('kernel').entityTag)
  })

  test('has a tag of its own for each artifact', () => {
    const served = aMemory().run()

    const tags = (['kernel', 'initrd', 'rootfs'] as const).map((role) => served.artifact(role).entityTag)

    expect(new Set(tags).size).toBe(3)
  })
})

test('digests that cannot be computed are told in the log, and the serving goes on', async () => {
  const log = createRecordingLog()
  const { run } = aMemory(async () => {
    throw new Failure('blob.changed', 'the ISO was written to')
  })
  const served = run()

  await learnDigestsInBackground(served, log, signal())

  expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('changed') }])
  expect(served.artifact('kernel').sizeBytes).toBe(10)
})
