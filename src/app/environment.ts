import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where things that can be made again are kept: `EDGEBOOT_CACHE_DIR`, the XDG cache, or `~/.cache/edgeboot`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env['EDGEBOOT_CACHE_DIR'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'edgeboot')
}

/** Folders in which a stock iPXE is looked for, in this order: ours, the distribution's. One given by hand is meant: no other. */
export function ipxeDirectories(
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const chosen = given ?? env['EDGEBOOT_IPXE_DIR']
  return chosen ? [chosen] : [join(cacheDirectory(env), 'ipxe'), '/usr/lib/ipxe']
}

/** Where the dashboard is built to, beside the sources. */
export function webDirectory(): string {
  return fileURLToPath(new URL('../../dist/web/', import.meta.url))
}

/** Where ISOs go that are uploaded. */
export function uploadFolder(dataDirectory: string): string {
  return resolve(dataDirectory, 'isos')
}

/** Where the server looks for ISOs to choose from: its own folder, where it was started, and where browsers put them. */
export function isoFolders(dataDirectory: string): readonly string[] {
  return [uploadFolder(dataDirectory), process.cwd(), join(homedir(), 'Downloads')]
}
