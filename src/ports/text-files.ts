/** Small text files of the user's. */
export interface TextFiles {
  /** `undefined` when there is no such file. Failure `blob.unreadable` when it cannot be read or is larger. */
  readTextFile(path: string, maxBytes: number): Promise<string | undefined>
  /** The end of a file that may be growing; empty when there is none. Bytes that are no UTF-8 are replaced. */
  readTextTail(path: string, maxBytes: number): Promise<string>
}
