import type { SettingsStore } from '../../src/ports/settings-store.ts'

/** Settings in memory. */
export function createMemorySettings(): SettingsStore {
  const settings = new Map<string, string>()
  return {
    setting: async (name) => settings.get(name),
    saveSetting: async (name, value) => void settings.set(name, value),
  }
}
