/** Keeps text secret at rest. What is sealed can be opened again only with the same key. */
export interface SecretBox {
  /** The text as printable ASCII, different at every call; it carries the id of the key, never the key. */
  seal(text: string): string
  /**
   * The text that was sealed. Failure `secret.unreadable` when another key sealed it (both ids are named) or when it
   * was damaged; `secret.key-invalid` when there is no key at all. Nothing of the content is in the message.
   */
  open(sealed: string): string
}
