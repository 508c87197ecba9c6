/** Small things a run must find again: the port it listened on, the media it built. */
export interface SettingsStore {
  setting(key: string): Promise<string | undefined>
  saveSetting(key: string, value: string): Promise<void>
}
