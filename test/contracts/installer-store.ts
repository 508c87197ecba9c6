import { describe, expect, test } from 'vitest'
import { isFailure } from '../../src/domain/failure.ts'
import type { InstallerStore, RegisteredInstaller } from '../../src/ports/installer-store.ts'

function anInstaller(given: Partial<RegisteredInstaller> = {}): RegisteredInstaller {
  const identity = { path: '/isos/a.iso', sizeBytes: 10, modifiedNs: '123', inode: '1:2' }
  return { name: 'palette', identity, addedAt: 1000, ...given }
}

/** What every installer store must do. */
export function describeInstallerStore(
  name: string,
  open: () => Promise<InstallerStore & AsyncDisposable>,
): void {
  describe(`${name} is an installer store`, () => {
    test('an installer comes back as it was added', async () => {
      await using store = await open()
      const full = anInstaller({ paths: { kernel: '/k', initrd: '/i', rootfs: '/r' }, sha256: 'ab' })

      await store.addInstaller(full)

      expect(await store.installers()).toEqual([full])
    })

    test('the name of another ISO is refused', async () => {
      await using store = await open()
      await store.addInstaller(anInstaller())
      const other = anInstaller({ identity: { ...anInstaller().identity, path: '/isos/b.iso' } })

      const outcome = await store.addInstaller(other).catch((error: unknown) => error)

      expect(isFailure(outcome, 'installer.name-taken')).toBe(true)
      expect(await store.installers()).toEqual([anInstaller()])
    })

    test('removing says whether there was anything to remove', async () => {
      await using store = await open()
      await store.addInstaller(anInstaller())

      expect(await store.removeInstaller('palette')).toBe(true)
      expect(await store.removeInstaller('palette')).toBe(false)
    })

    test('a digest is remembered under its key', async () => {
      await using store = await open()

      await store.rememberDigest('key', 'a'.repeat(64))

      expect(await store.digest('key')).toBe('a'.repeat(64))
      expect(await store.digest('other')).toBeUndefined()
    })
  })
}
