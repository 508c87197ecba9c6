import type { ScalarTag, Tags } from 'yaml'

/** The tag by which people say that a value is secret. It never reaches a host. */
export const SECRET_TAG = '!secret'

const SECRET_TAGS: Tags = [
  { tag: SECRET_TAG, resolve: (text: string) => text },
  { tag: SECRET_TAG, collection: 'map', resolve: (map: unknown) => map },
  { tag: SECRET_TAG, collection: 'seq', resolve: (list: unknown) => list },
]

/**
 * How user-data is read and written everywhere: YAML 1.2 core, `!secret`, and numbers written as they were, because
 * `0644` would come back as `644`, another number to the host. Equal keys are looked for by us: the library compares
 * every key with every other one.
 */
export const YAML_OPTIONS = {
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
  customTags: (tags: Tags): Tags => [...tags.map(keepSpelling), ...SECRET_TAGS],
} as const

function keepSpelling(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || !/:(int|float)$/.test(tag.tag)) return tag
  const number = tag as ScalarTag
  return {
    ...number,
    stringify: (item, ...rest) => {
      if (item.source !== undefined) return item.source
      return number.stringify ? number.stringify(item, ...rest) : String(item.value)
    },
  }
}
