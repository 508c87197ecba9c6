/** An option of a request or its acknowledgement, as it stands in the packet (RFC 2347). */
export interface TftpOption {
  readonly name: string
  readonly value: string
}

/** A request for a file, to read or to write (RFC 1350 §5). Each character of the strings is one byte of the packet. */
export interface TftpRequest {
  readonly type: 'read' | 'write'
  readonly name: string
  /** In lower case: `octet`, `netascii`, `mail`, or whatever the client made up. */
  readonly mode: string
  readonly options: readonly TftpOption[]
}

/** A piece of the file; a short one is the last (RFC 1350 §6). */
export interface TftpBlock {
  readonly type: 'data'
  readonly block: number
  readonly bytes: Uint8Array
}

/** What TFTP says in one datagram: RFC 1350 §5, and the acknowledgement of options of RFC 2347. */
export type TftpPacket =
  | TftpRequest
  | TftpBlock
  | { readonly type: 'acknowledgement'; readonly block: number }
  | { readonly type: 'error'; readonly code: number; readonly message: string }
  | { readonly type: 'options'; readonly options: readonly TftpOption[] }

/** The first two bytes of a packet. */
export const OPCODES = { read: 1, write: 2, data: 3, acknowledgement: 4, error: 5, options: 6 } as const

/** Error codes (RFC 1350 appendix I, RFC 2347). */
export const TFTP_ERRORS = {
  seeMessage: 0,
  fileNotFound: 1,
  illegalOperation: 4,
  unknownTransfer: 5,
  optionsRefused: 8,
} as const

/** Bytes of a request, at most (RFC 2347). */
export const MAX_REQUEST_BYTES = 512

/** Bytes of any packet, at most: the largest block (RFC 2348) and its header. */
export const MAX_PACKET_BYTES = 65_464 + 4

/** Bytes of an error's message that are taken or sent. */
export const MAX_MESSAGE_BYTES = 256
