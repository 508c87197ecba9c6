import type { Life } from './life-facts.ts'

/** curl and dracut begin anew within a dozen seconds, if they do at all. Milliseconds. */
export const BEGINS_ANEW_WITHIN_MS = 30_000

/**
 * True for a host whose download of the root file system broke off and which, by all that is known of live systems, will
 * not begin anew by itself: dracut's `curl_fetch_url` calls curl in a subshell and loses its exit status, so that whatever
 * part arrived counts as the whole (dracut 059, modules.d/45url-lib/url-lib.sh).
 */
export function isLeftCutOff({ phase, transfers }: Pick<Life, 'phase' | 'transfers'>, now: number): boolean {
  const at = transfers.rootfs?.cutOffAt
  return phase === 'rootfs' && at !== undefined && now - at >= BEGINS_ANEW_WITHIN_MS
}
