import { readdir, readFile } from 'node:fs/promises'

/** Ticks of proc(5) are 10 ms on Linux, whatever the kernel's own are. */
const TICKS_PER_SECOND = 100

/** Processor seconds that a process and its children still running used so far. */
export async function cpuSeconds(pid: number): Promise<number> {
  let seconds = 0
  for (const one of await familyOf(pid)) seconds += await ownCpuSeconds(one)
  return seconds
}

/** Processor seconds of the process alone, all its threads: utime and stime of proc(5). */
export async function ownCpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.replace(/^.*\) /, '').split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND
}

/**
 * Resident MiB of a process and its children still running: what each has for itself, and once the most that one of them
 * shares with anybody (proc(5), smaps_rollup). Of a single process that is its resident size, also where others run the same program.
 */
export async function residentMib(pid: number): Promise<number> {
  const rollups = await Promise.all(
    (await familyOf(pid)).map((one) => readFile(`/proc/${one}/smaps_rollup`, 'utf8').catch(() => '')),
  )
  const kib = (text: string, name: string): number =>
    [...text.matchAll(new RegExp(`^${name}_(?:Clean|Dirty):\\s+(\\d+)`, 'gm'))].reduce(
      (sum, [, number]) => sum + Number(number),
      0,
    )
  const own = rollups.reduce((sum, text) => sum + kib(text, 'Private'), 0)
  return (own + Math.max(...rollups.map((text) => kib(text, 'Shared')))) / 1024
}

async function familyOf(pid: number): Promise<readonly number[]> {
  const family = [pid]
  for (const parent of family) {
    const threads = await readdir(`/proc/${parent}/task`).catch(() => [])
    for (const thread of threads) {
      const children = await readFile(`/proc/${parent}/task/${thread}/children`, 'utf8').catch(() => '')
      family.push(...children.split(' ').filter(Boolean).map(Number))
    }
  }
  return family
}
