import type { DatastoreFileInfo } from '../../../codec/vim25/datastore-browser.ts'

/** What is to be done with a file of our folder, and why in words that fit after it. */
export interface MediaVerdict {
  readonly remove: boolean
  readonly reason: string
}

/** `NAME-DIGEST.iso`, as they are uploaded. */
const OURS = /^[^/\\]+-[0-9a-f]{16,64}\.iso$/
/** The same while it is being uploaded. */
const UPLOAD = /^[^/\\]+-[0-9a-f]{16,64}\.iso\.part-[0-9a-f]+$/
/** Between an upload and the machine that wants it lies far less. */
const SETTLED_MS = 60 * 60_000
/** No upload takes so long. */
const UPLOAD_MS = 24 * 60 * 60_000

/** Decides by name, age at the server's clock, and who uses it. What is in doubt is kept. */
export function judgeMedia(
  { name, isFolder, modified }: DatastoreFileInfo,
  usedBy: readonly string[],
  now: number,
): MediaVerdict {
  if (isFolder) return kept('a folder')
  const isUpload = UPLOAD.test(name)
  if (!isUpload && !OURS.test(name)) return kept('its name is none of ours')
  if (usedBy.length > 0) return kept(`used by ${listNames(usedBy)}`)
  if (modified === undefined) return kept('the server does not say how old it is')
  const age = now - modified
  if (isUpload) {
    return age > UPLOAD_MS
      ? { remove: true, reason: 'left over from an upload' }
      : kept('it may still be being uploaded')
  }
  return age > SETTLED_MS
    ? { remove: true, reason: 'no machine uses it' }
    : kept('less than an hour old: a machine may be about to use it')
}

function kept(reason: string): MediaVerdict {
  return { remove: false, reason }
}

/** The first of them, and how many more. */
export function listNames(names: readonly string[]): string {
  const more = names.length - 3
  return names.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
