import { lookupName, oddityOf, showName } from '../../codec/tftp/file-name.ts'
import { TFTP_ERRORS, type TftpRequest } from '../../codec/tftp/packet.ts'
import type { BootFileClient, BootFiles } from '../../ports/boot-files.ts'
import type { TftpLimits } from './limits.ts'

/** What a request gets. */
export type RequestAnswer =
  | { readonly do: 'send'; readonly name: string; readonly bytes: Uint8Array }
  | {
      readonly do: 'refuse'
      readonly code: number
      /** For the screen of the client. */
      readonly message: string
      /** For the operator. */
      readonly reason: string
    }

/** Decides by the request alone; a name is looked up as a key and is never a path. */
export function answerRequest(
  request: TftpRequest,
  files: BootFiles,
  client: BootFileClient,
  limits: TftpLimits,
): RequestAnswer {
  if (request.type === 'write') {
    return refuse(TFTP_ERRORS.illegalOperation, 'nothing can be written here', 'it wanted to write')
  }
  if (request.mode !== 'octet') {
    return refuse(
      TFTP_ERRORS.seeMessage,
      'files are sent as they are: use mode octet (binary)',
      `it asked for mode ${showName(request.mode)}; only octet (binary) is served`,
    )
  }
  const name = lookupName(request.name)
  const file = files.find(name, client)
  if (!file) {
    const oddity = oddityOf(name)
    const reason =
      oddity === undefined ? 'there is no such boot file' : `there is no such boot file: ${oddity}`
    return refuse(TFTP_ERRORS.fileNotFound, 'no such boot file', reason)
  }
  if (file.bytes.length > limits.maxFileBytes) {
    const most = `${limits.maxFileBytes} bytes`
    return refuse(
      TFTP_ERRORS.seeMessage,
      'too large for TFTP: fetch it over HTTP',
      `the file has ${file.bytes.length} bytes; at most ${most} are sent over TFTP`,
    )
  }
  return { do: 'send', name, bytes: file.bytes }
}

function refuse(code: number, message: string, reason: string): RequestAnswer {
  return { do: 'refuse', code, message, reason }
}
