import { Failure } from '../domain/failure.ts'
import { MAX_ISO_BYTES } from '../domain/iso-upload.ts'
import type { IsoReceiver } from '../ports/iso-folders.ts'

/** Uploads under way at the same time: more would only slow each other down, and hosts that read from the same disk. */
const MAX_UPLOADS = 2

/** Lets two ISOs come at a time. Failure `server.busy` for a third, `request.too-large`, and those of the receiver. */
export function createIsoUploads(receiver: IsoReceiver): IsoReceiver {
  let underWay = 0
  return {
    receive: async (upload) => {
      if (upload.sizeBytes > MAX_ISO_BYTES) {
        throw new Failure(
          'request.too-large',
          `${upload.fileName} has ${upload.sizeBytes} bytes; at most ${MAX_ISO_BYTES} are taken`,
        )
      }
      if (underWay >= MAX_UPLOADS) {
        throw new Failure('server.busy', `${MAX_UPLOADS} uploads are under way; wait until one is through`)
      }
      underWay += 1
      try {
        return await receiver.receive(upload)
      } finally {
        underWay -= 1
      }
    },
  }
}
