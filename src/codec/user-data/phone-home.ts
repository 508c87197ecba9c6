import { type Document, isSeq, parseDocument, YAMLMap } from 'yaml'
import { type UserDataDocument, withHeaderFirst } from './user-data.ts'
import { YAML_OPTIONS } from './yaml-options.ts'

/**
 * Stages of the installer and of the first boot from disk at which a host reports, in order, and the name it
 * reports. The last hooks may fall into a restart of the server, so they try for up to a minute; none of them ever
 * makes an installation fail.
 */
const HOOKS: readonly { readonly stage: string; readonly report: string; readonly patient: boolean }[] = [
  { stage: 'kairos-install.pre', report: 'kairos-install.pre', patient: false },
  { stage: 'before-install', report: 'before-install', patient: false },
  { stage: 'after-install-chroot', report: 'after-install-chroot', patient: false },
  { stage: 'after-install', report: 'after-install', patient: true },
  { stage: 'kairos-install.after', report: 'kairos-install.after', patient: false },
  { stage: 'network', report: 'disk-boot', patient: true },
]

/** Marks on an installed host that it has reported its first boot. */
const SENTINEL = '/usr/local/.edgeboot-reported'

/** Stands where the address of a host's reports will. */
const ANYWHERE = 'http://reports.invalid/'

/** The document with hooks, as a host gets it that reports to `eventsUrl`. */
export type PhoneHomeTemplate = (eventsUrl: string) => string

/**
 * The document with hooks that report added to the ends of the user's own lists; nothing else changes, comments stay. Only
 * where they report is left open. The document must have been decoded without errors.
 */
export function preparePhoneHome({ text }: Pick<UserDataDocument, 'text'>): PhoneHomeTemplate {
  const parts = merge(text, ANYWHERE).split(ANYWHERE)
  if (parts.length === HOOKS.length + 1) return (eventsUrl) => parts.join(quoted(eventsUrl))
  // It stands in the document as well.
  return (eventsUrl) => merge(text, quoted(eventsUrl))
}

function merge(text: string, eventsUrl: string): string {
  const yaml = parseDocument(text, YAML_OPTIONS)
  for (const hook of HOOKS) append(yaml, hook.stage, stepOf(hook, eventsUrl))
  return withHeaderFirst(yaml.toString({ lineWidth: 0 }))
}

function stepOf({ stage, report, patient }: (typeof HOOKS)[number], eventsUrl: string) {
  const retry = patient ? '--retry 10 --retry-delay 3 --retry-max-time 60 --retry-connrefused' : '--retry 2'
  const body = `{"stage":"${report}"}`
  const curl = `curl -fsS -m 10 ${retry} -H 'Content-Type: application/json' -d '${body}' '${eventsUrl}'`
  // Stages of the boot run at every boot of the installed host and in the live system too; only the first boot
  // from disk is news.
  const command =
    stage === 'network'
      ? `[ -e /run/cos/live_mode ] || grep -q ' netboot' /proc/cmdline || [ -e ${SENTINEL} ] || { ${curl} >/dev/null 2>&1 && touch ${SENTINEL}; } || true`
      : `${curl} >/dev/null 2>&1 || true`
  return { name: `edgeboot: report ${report}`, commands: [command] }
}

/** For a shell string in single quotes within a YAML string of any kind: our URLs have nothing of it, this makes sure of it. */
function quoted(url: string): string {
  return url.replace(/[^!#-&(-[\]-~]/gu, (character) =>
    character === "'" ? '%27' : encodeURIComponent(character.toWellFormed()),
  )
}

function append(yaml: Document, stage: string, step: { name: string; commands: string[] }): void {
  if (!yaml.has('stages')) yaml.set('stages', new YAMLMap())
  const list = yaml.getIn(['stages', stage])
  if (isSeq(list)) list.add(yaml.createNode(step))
  else yaml.setIn(['stages', stage], yaml.createNode([step]))
}
