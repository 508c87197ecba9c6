import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** As tools/setup/bench-programs.sh unpacks them. */
export type BenchProgram = 'nginx' | 'caddy' | 'in.tftpd'

export interface FoundProgram {
  readonly command: string
  /** What it needs in its environment to start from where it lies. */
  readonly environment: Readonly<Record<string, string>>
}

/** Where the program is: unpacked in the cache folder, else installed; `undefined` when it is neither. */
export function findProgram(program: BenchProgram): FoundProgram | undefined {
  const unpacked = join(cacheFolder(), 'bench-programs')
  if (existsSync(join(unpacked, program))) {
    return { command: join(unpacked, program), environment: { LD_LIBRARY_PATH: unpacked } }
  }
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin']
  const command = folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
  return command === undefined ? undefined : { command, environment: {} }
}

/** As the scripts of the set-up find it: what is set but empty counts as not set. */
function cacheFolder(): string {
  const given = process.env['EDGEBOOT_CACHE_DIR']
  if (given) return given
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'edgeboot')
}
