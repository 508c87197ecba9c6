import { ISO_FILE_NAME } from '../../../src/domain/iso-upload.ts'

/** As names of installers are checked by the server. */
const MAX_NAME_LENGTH = 128
/** Of what is before `.iso` in the name of an uploaded file. */
const MAX_STEM_LENGTH = 121

/** A name for the installer in this ISO that none of the others has; empty when the path has nothing to go by. */
export function installerNameFor(isoPath: string, taken: readonly string[]): string {
  const stem = plain((isoPath.split('/').at(-1) ?? '').replace(/\.iso$/i, '')).slice(0, MAX_NAME_LENGTH - 4)
  if (stem === '' || !taken.includes(stem)) return stem
  for (let number = 2; number < 1000; number++) {
    if (!taken.includes(`${stem}-${number}`)) return `${stem}-${number}`
  }
  return ''
}

/** The name under which a file of the browser is uploaded; `undefined` when it is no ISO by its name. */
export function uploadNameFor(fileName: string): string | undefined {
  if (!/\.iso$/i.test(fileName)) return undefined
  const stem = plain(fileName.replace(/\.iso$/i, '')).slice(0, MAX_STEM_LENGTH)
  const name = `${stem}.iso`
  return ISO_FILE_NAME.test(name) ? name : undefined
}

/** Only what names may have: no spaces, no brackets of second downloads, nothing but ASCII. */
function plain(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/-+$/, '')
}
