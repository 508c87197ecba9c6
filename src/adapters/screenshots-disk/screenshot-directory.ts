import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../ports/clock.ts'
import type { ScreenshotStore } from '../../ports/screenshot-store.ts'

/** Pictures kept of each host. */
const KEPT = 10

/** Keeps pictures as `DIRECTORY/HOST-TIME.png`, readable by the owner only: consoles may show anything. */
export function createScreenshotDirectory(directory: string, clock: Clock): ScreenshotStore {
  return {
    async save(host, png) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const time = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')
      const path = join(directory, `${host}-${time}.png`)
      await writeFile(path, png, { mode: 0o600 })
      const isOfHost = new RegExp(`^${host}-\\d{4}-\\d\\d-\\d\\dT[\\d-]+Z\\.png$`)
      const old = (await readdir(directory)).filter((name) => isOfHost.test(name)).sort()
      for (const name of old.slice(0, -KEPT)) await rm(join(directory, name), { force: true })
      return path
    },
  }
}
