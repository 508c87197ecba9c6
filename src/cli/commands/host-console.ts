import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { Control } from '../../app/control-connection.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import { printableConsole } from '../../domain/printable.ts'
import type { CommandContext } from '../command-context.ts'
import { findNewText, withoutCuts } from '../hosts/new-text.ts'
import { addServerOptions, connect, type ServerValues } from '../server-options.ts'
import { parsedOption } from '../settings.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface LogValues extends ServerValues {
  readonly tail: number
  readonly source?: LogSource
  readonly follow?: boolean
}

const SOURCES = ['serial', 'network', 'all'] as const
type LogSource = (typeof SOURCES)[number]

/** Most that a server sends of one log, in bytes. */
const MAX_TAIL = 1024 * 1024
const DEFAULT_TAIL = 64 * 1024
/** While following, what is looked at each time; a serial line of 115,200 baud writes 11 KiB a second. */
const FOLLOW_TAIL = 64 * 1024
const LOOK_AGAIN_MS = 1000

/** `host logs` and `host screenshot`: what is on the consoles of a host. */
export function registerHostConsole(host: Command, context: CommandContext): void {
  addServerOptions(host.command('logs <name>'))
    .summary('what a host writes to its serial console, or sends over syslog and netconsole')
    .description(
      'Prints the end of what a host wrote to its serial console, where its machine keeps one, or else of what it\n' +
        'sent to the server over syslog and netconsole. On a terminal without colours and cursor movements, which\n' +
        'could do harm there; in a pipe or file as it is.',
    )
    .addOption(
      new Option(
        '--source <source>',
        'serial, network (syslog and netconsole), or all: one after the other',
      ).choices(SOURCES),
    )
    .addOption(
      parsedOption('--tail <size>', 'how much of the end, at most 1MiB', parseTailBytes).default(
        DEFAULT_TAIL,
        '64KiB',
      ),
    )
    .option('-f, --follow', 'go on with what comes until Ctrl+C')
    .addHelpText(
      'after',
      '\nExamples:\n  $ edgeboot host logs edge-1 --tail 4KiB\n  $ edgeboot host logs edge-1 --follow\n  $ edgeboot host logs edge-1 --source all',
    )
    .action((name: string, values: LogValues) => logs(context, name, values))

  addServerOptions(host.command('screenshot <name>'))
    .description('Writes a picture of what is on the screen of a host now, as PNG.')
    .requiredOption('--out <file>', 'where to write it')
    .addHelpText('after', '\nExample:\n  $ edgeboot host screenshot edge-1 --out edge-1.png')
    .action(async (name: string, { out, ...values }: ServerValues & { readonly out: string }) => {
      const picture = await (await connect(context, values)).screenshot(name)
      await writeFile(out, picture).catch((error: Error) => {
        throw new Failure(
          'usage.invalid',
          `--out ${out} cannot be written: ${error.message}`,
          { path: out },
          error,
        )
      })
      if (context.json) {
        context.stdout(`${JSON.stringify({ host: name, file: out, sizeBytes: picture.length }, null, 2)}\n`)
      } else context.progress(`wrote ${out}`)
    })
}

async function logs(context: CommandContext, name: string, values: LogValues): Promise<void> {
  if (context.json && values.follow) {
    throw new Failure('usage.invalid', '--json prints one document, which --follow would never end')
  }
  const control = await connect(context, values)
  const write = (text: string): void => context.stdout(process.stdout.isTTY ? printableConsole(text) : text)
  const { source, tail } = values
  if (values.follow) return await followLogs({ control, name, write, note: context.progress }, source, tail)
  const log = await control.hostLog(name, source, tail)
  if (context.json) return context.stdout(`${JSON.stringify({ host: name, log }, null, 2)}\n`)
  if (log === '') context.progress(nothingOf(name, source))
  write(log)
}

type Following = Pick<FollowedLog, 'control' | 'name' | 'write' | 'note'>

async function followLogs(about: Following, source: LogSource | undefined, tail: number): Promise<void> {
  // Each goes on at its own end.
  const sources = source === 'all' ? (['serial', 'network'] as const) : ([source] as const)
  const begun: Omit<FollowedLog, 'signal'>[] = []
  for (const each of sources) {
    const before = await about.control.hostLog(about.name, each, tail)
    about.write(withoutCuts(before))
    begun.push({ ...about, source: each, before })
  }
  await withInterrupt(async (interrupt) => {
    // When one cannot go on, neither does the other.
    const end = new AbortController()
    const signal = AbortSignal.any([interrupt, end.signal])
    await Promise.all(
      begun.map((log) => followLog({ ...log, signal }).finally(() => end.abort(new Error('ended')))),
    )
  })
}

function nothingOf(name: string, source: LogSource | undefined): string {
  if (source === 'serial') return `${name} has written nothing to its serial console`
  if (source === 'network')
    return `${name} has sent nothing; edgeboot serve receives it with --syslog-port 514`
  return `there is nothing that ${name} wrote to a serial console or sent over the network`
}

interface FollowedLog {
  readonly control: Control
  readonly name: string
  readonly source: LogSource | undefined
  readonly before: string
  readonly write: (text: string) => void
  readonly note: (line: string) => void
  readonly signal: AbortSignal
}

async function followLog({
  control,
  name,
  source,
  before: given,
  write,
  note,
  signal,
}: FollowedLog): Promise<void> {
  let before = given
  let isLost = false
  for (;;) {
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    try {
      const now = await control.hostLog(name, source, FOLLOW_TAIL)
      const { text, follows } = findNewText(before, now)
      if (!follows) note(`(${name}: what follows does not join what was before)`)
      if (text !== '') write(text)
      before = now
      isLost = false
    } catch (error) {
      if (!isFailure(error, 'server.unreachable', 'server.busy')) throw error
      if (!isLost) note(`${error.message}; trying again until Ctrl+C`)
      isLost = true
    }
  }
}

/** A size in bytes such as `64KiB`, `1MiB` or `500`. Failure `usage.invalid`. */
export function parseTailBytes(text: string): number {
  const match = /^(\d{1,7})\s*(B|KiB|K|MiB|M)?$/i.exec(text.trim())
  const unit = (match?.[2] ?? 'B')[0]?.toUpperCase() ?? 'B'
  const bytes = match ? Number(match[1]) * ({ B: 1, K: 1024, M: 1024 * 1024 }[unit] ?? 1) : 0
  if (bytes >= 1 && bytes <= MAX_TAIL) return bytes
  throw new Failure('usage.invalid', `--tail ${text}: expected a size from 1 to 1MiB, for example 64KiB`)
}
