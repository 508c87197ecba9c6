import type { SecretBox } from '../../src/ports/secret-box.ts'

/** A box that hides nothing but is told apart from no box at all. */
export function createPlainSecretBox(): SecretBox {
  return {
    seal: (text) => `sealed ${text.split('').toReversed().join('')}`,
    open: (sealed) => sealed.slice('sealed '.length).split('').toReversed().join(''),
  }
}
