/**
 * What a value may be. `map` has named keys (`keys`) and says in `others` what of other names: `refused` where the
 * reference is closed (stylus, install), `reported` where readers ignore what they do not know, or the shape that
 * values under free names have.
 */
export type KeyShape =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number }
  | {
      readonly kind: 'text'
      readonly oneOf?: readonly string[]
      /** A regular expression for the whole value, with the `u` flag, and the same in words. */
      readonly pattern?: { readonly source: string; readonly words: string }
    }
  | { readonly kind: 'scalar' }
  | { readonly kind: 'list'; readonly of: KeyShape }
  | {
      readonly kind: 'map'
      readonly keys: readonly KeyEntry[]
      readonly others: 'refused' | 'reported' | KeyShape
    }
  | { readonly kind: 'any' }

/** One key of the user-data. */
export interface KeyEntry {
  readonly key: string
  readonly shape: KeyShape
  /** One sentence. */
  readonly description: string
  readonly source: KeySource
  /** Whatever stands here, or below, is masked wherever the document is shown. */
  readonly secret?: true
  /** Always, or when a key beside it is there, or has this value. */
  readonly required?: 'always' | { readonly beside: string; readonly is?: string }
  /** What the reader takes when the key is absent. */
  readonly absent?: string | number | boolean
  /** What to use instead. */
  readonly deprecated?: string
}

/** Who documents a key. */
export type KeySource =
  | 'Palette: Edge installer configuration reference'
  | 'Kairos: kairos-sdk, types of the install block'
  | 'Kairos: configuration reference'
  | 'yip: schema of stages and steps'
  | 'cloud-init: modules that yip understands'

/** Keys and list indexes from the top of the document. */
export type UserDataPath = readonly (string | number)[]

export const BOOLEAN: KeyShape = { kind: 'boolean' }
export const TEXT: KeyShape = { kind: 'text' }
export const SCALAR: KeyShape = { kind: 'scalar' }
export const ANY: KeyShape = { kind: 'any' }
export const TEXTS: KeyShape = { kind: 'list', of: TEXT }
export const FREE_SCALARS: KeyShape = { kind: 'map', keys: [], others: SCALAR }
export const PORT: KeyShape = { kind: 'integer', minimum: 1, maximum: 65_535 }

/** A whole number that is not negative. */
export const COUNT: KeyShape = { kind: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

export function listOf(of: KeyShape): KeyShape {
  return { kind: 'list', of }
}

/** A map whose reader's reference lists all keys there are. */
export function closedMap(keys: readonly KeyEntry[]): KeyShape {
  return { kind: 'map', keys, others: 'refused' }
}

/** A map whose reader passes over keys it does not know. */
export function openMap(keys: readonly KeyEntry[]): KeyShape {
  return { kind: 'map', keys, others: 'reported' }
}

/** A map from free names to values of one shape. */
export function mapTo(shape: KeyShape): KeyShape {
  return { kind: 'map', keys: [], others: shape }
}

/** The path as people write it, `stylus.site.users[0].name`, safe to print: shortened, without control characters. */
export function showPath(path: UserDataPath): string {
  const text = path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${showKey(step)}`,
    )
    .join('')
  return text === '' ? 'the document' : text
}

/** A key as people may see it in a terminal. */
export function showKey(key: string): string {
  const shown = key.length > 60 ? `${key.slice(0, 60)}…` : key
  return shown.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
}
