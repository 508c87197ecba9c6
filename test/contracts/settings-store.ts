import { describe, expect, test } from 'vitest'
import type { SettingsStore } from '../../src/ports/settings-store.ts'

/** What every settings store must do. */
export function describeSettingsStore(
  name: string,
  open: () => Promise<SettingsStore & AsyncDisposable>,
): void {
  describe(`${name} is a settings store`, () => {
    test('a setting is what it was last saved as', async () => {
      await using store = await open()

      await store.saveSetting('boot-port', '8080')
      await store.saveSetting('boot-port', '9090')

      expect(await store.setting('boot-port')).toBe('9090')
      expect(await store.setting('other')).toBeUndefined()
    })
  })
}
