import type { Event } from '../../../../src/contract/events.ts'
import { bytesInWords, durationInWords, rateInWords } from '../../ui/words.ts'

/** What happened, in a sentence. Types that are not known here are told by their data. */
export function sentenceOf({ type, data }: Event): string {
  const of = (name: string): string => (data[name] === undefined ? '' : String(data[name]))
  const reason = data['reason'] === undefined ? '' : `: ${of('reason')}`
  switch (type) {
    case 'machine.created':
      return `its machine was made by ${of('driver')}${data['mac'] ? `, MAC ${of('mac')}` : ''}`
    case 'machine.power':
      return `power ${of('state')} (${of('cause')})`
    case 'dhcp.seen':
      return `${of('client')} asked by DHCP: ${of('action')}${reason}${data['file'] ? `, ${of('file')}` : ''}`
    case 'tftp.sent':
      return `${of('file')} sent by TFTP, ${bytesOf(data['bytes'])}`
    case 'http.sent':
      return `${of('file')} sent by HTTP, ${bytesOf(data['bytes'])}`
    case 'script.served':
      return `it asked for its script and was told: ${of('action')}${reason}`
    case 'artifact.started':
      return `${of('role')}: download begun`
    case 'artifact.progress':
    case 'artifact.finished':
    case 'artifact.aborted':
      return transferSentence(type, data)
    case 'config.served':
      return data['inert'] === true
        ? `it asked for its configuration again and got an empty one`
        : `configuration sent to ${of('address')}, ${bytesOf(data['bytes'])}`
    case 'config.refused':
      return `configuration refused to ${of('address')}: ${of('detail')}`
    case 'host.stage':
      return `reports ${of('stage')}${data['detail'] ? `: ${of('detail')}` : ''}`
    case 'console.screenshot':
      return `picture of its console kept: ${of('why')}`
    case 'probe.result':
      return `probe ${of('probe')}: ${data['ok'] === true ? 'answered' : 'no answer'}${data['detail'] ? `, ${of('detail')}` : ''}`
    case 'phase.changed':
      return `${of('from')} → ${of('to')}`
    case 'host.stalled':
      return `silent in ${of('phase')} for ${durationInWords(Number(data['forMs']))}: ${of('diagnosis')}`
    case 'host.failed':
      return `given up in ${of('phase')}${reason}`
    case 'host.retried':
      return 'another try was asked for'
    case 'host.reinstall':
      return `one more installation was asked for by ${of('by')}`
    case 'host.armed':
      return `may be installed until ${new Date(Number(data['until'])).toLocaleTimeString()} (${of('by')})`
    case 'host.approved':
      return `approved by ${of('by')}`
    default:
      return Object.entries(data)
        .map(
          ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
        )
        .join(', ')
  }
}

function transferSentence(type: string, data: Event['data']): string {
  const amount = `${bytesOf(data['bytes'])} of ${bytesOf(data['total'])}`
  const rate = typeof data['rate'] === 'number' ? `, ${rateInWords(data['rate'])}` : ''
  if (type === 'artifact.aborted') {
    return `${String(data['role'])}: broken off after ${amount}: ${String(data['reason'])}`
  }
  const done = type === 'artifact.finished' ? 'sent' : 'so far'
  return `${String(data['role'])}: ${amount} ${done}${rate}`
}

function bytesOf(value: unknown): string {
  return typeof value === 'number' ? bytesInWords(value) : '?'
}
