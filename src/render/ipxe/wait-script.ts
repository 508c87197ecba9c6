import { script, scriptText } from './script-text.ts'

/** The body of a 503 answer. iPXE repeats the request by itself; only other clients ever see this text. */
export function renderWaitScript({
  host,
  retryAfterSeconds,
  reason,
}: {
  readonly host: string
  readonly retryAfterSeconds: number
  readonly reason?: string
}): string {
  return script([
    `echo edgeboot: ${scriptText(host)} has to wait; it asks again in ${retryAfterSeconds} s`,
    ...(reason ? [`echo edgeboot: ${scriptText(reason)}`] : []),
    `sleep ${retryAfterSeconds}`,
    'reboot',
  ])
}
