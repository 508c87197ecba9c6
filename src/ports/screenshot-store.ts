/** Where pictures of consoles are kept. */
export interface ScreenshotStore {
  /** Keeps the PNG and resolves to its path. Only the newest few of each host are kept. */
  save(host: string, png: Uint8Array): Promise<string>
}
