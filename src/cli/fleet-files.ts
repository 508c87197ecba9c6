import { type Command, Option } from 'commander'

/** Adds `-f FILE`, which may be given several times. */
export function addFleetFiles(command: Command): Command {
  return command.addOption(
    new Option('-f, --file <file>', 'fleet file; several together are one fleet')
      .argParser((file: string, before: readonly string[] = []) => [...before, file])
      .makeOptionMandatory(),
  )
}
