import { parseDurationMs } from '../../domain/duration.ts'
import { isFailure } from '../../domain/failure.ts'
import { parseMacAddress } from '../../domain/mac-address.ts'
import { isMachineName } from '../../domain/machine.ts'
import { isPlaceholderFact, type MatchKey, normalizeFact } from '../../domain/matching.ts'
import { findModeWord } from '../../domain/mode-words.ts'
import { nearest } from '../../domain/nearest.ts'
import { isFirmwareName } from '../../domain/netboot/firmware-names.ts'
import { parseSizeMiB } from '../../domain/size.ts'
import { parseUuid } from '../../domain/uuid.ts'
import type { Rule } from './map-reader.ts'

const MAX_TEXT_LENGTH = 1024

/** Names of hosts, profiles and installers stand in URLs, and those in kernel lines. */
export const NAME: Rule<string> = {
  expected:
    'a name of lower-case letters, digits and hyphens, at most 63 characters, without the words that switch a boot mode',
  parse: (text) => (isMachineName(text) && !findModeWord(text) ? text : undefined),
}

export const BOOT_FILE: Rule<string> = {
  expected: 'the name of a firmware image, without a folder, for example ipxe.efi',
  parse: (text) => (isFirmwareName(text) ? text : undefined),
}

export const TEXT: Rule<string> = {
  expected: `text in one line, at most ${MAX_TEXT_LENGTH} characters`,
  parse: (text) => (isOneLine(text) ? text : undefined),
}

/** Paths and URLs of ISOs, paths of files. */
export const PATH: Rule<string> = {
  expected: 'a path, relative ones starting at the folder of this file',
  parse: (text) => (isOneLine(text) ? text : undefined),
}

export const PATH_IN_ISO: Rule<string> = {
  expected: 'a path inside the ISO, such as /boot/kernel',
  parse: (text) =>
    /^\/?[\x21-\x7e]{1,255}$/.test(text) && !text.split('/').includes('..') ? text : undefined,
}

export const SHA256: Rule<string> = {
  expected: 'a SHA-256 digest of 64 hex digits',
  parse: (text) => (/^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined),
}

export const PORT = wholeNumber('a port', 1, 65_535)

export const MEMORY: Rule<number> = sizeRule('memory with its unit, for example 32GiB or 2048MiB', 1)

/** In GiB. */
export const DISK: Rule<number> = sizeRule('a size in whole GiB, for example 300GiB', 1024)

export const DURATION: Rule<number> = {
  expected: 'a span of time, for example 90m, 1h30m or 45s',
  parse: (text) => unlessFailing(() => parseDurationMs(text, '')),
}

export const HOST_AND_PORT: Rule<string> = {
  expected: 'a host name without scheme and path, for example api.spectrocloud.com',
  parse: (text) =>
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/i.test(text) ? text.toLowerCase() : undefined,
}

export const IDENTIFIER: Rule<string> = {
  expected: 'letters, digits, hyphens and underscores, at most 128',
  parse: (text) => (/^[A-Za-z0-9_-]{1,128}$/.test(text) ? text : undefined),
}

/** A fact by which machines are recognised, MAC addresses and UUIDs in canonical form. */
export function factRule(key: MatchKey): Rule<string> {
  const forms: Partial<Record<MatchKey, string>> = {
    mac: 'a MAC address such as 00:50:56:aa:bb:cc',
    uuid: 'a UUID such as 4c4c4544-0042-3510-8052-b4c04f4d3132',
  }
  return {
    expected: `${forms[key] ?? 'what the firmware says, in one line of at most 256 characters'}, not a placeholder that many machines share`,
    parse: (text) =>
      isOneLine(text) && normalizeFact(key, text) !== undefined && !isPlaceholderFact(text)
        ? (parseMacAddress(text) ?? parseUuid(text) ?? text.trim())
        : undefined,
  }
}

export function wholeNumber(what: string, min: number, max: number): Rule<number> {
  return {
    expected: `${what} from ${min} to ${max}`,
    parse: (text) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
      return number >= min && number <= max ? number : undefined
    },
  }
}

export function oneOf<const T extends string>(values: readonly T[]): Rule<T> {
  return {
    expected: values.length > 1 ? `one of ${values.join(', ')}` : (values[0] ?? ''),
    parse: (text) => values.find((value) => value === text),
    near: (text) => nearest(text, values),
  }
}

/** The name of something that stands elsewhere in the fleet. */
export function reference(what: string, known: ReadonlyMap<string, unknown>): Rule<string> {
  const names = [...known.keys()].slice(0, 1000)
  const some = `${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}`
  return {
    expected: `the name of ${what} of this fleet (${some || 'there is none'})`,
    parse: (text) => (known.has(text) ? text : undefined),
    near: (text) => nearest(text, names),
  }
}

function sizeRule(expected: string, unitMiB: number): Rule<number> {
  return {
    expected,
    parse: (text) => {
      const units = (unlessFailing(() => parseSizeMiB(text, '')) ?? Number.NaN) / unitMiB
      return Number.isInteger(units) ? units : undefined
    },
  }
}

function unlessFailing<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}

function isOneLine(text: string): boolean {
  return text.trim().length > 0 && text.length <= MAX_TEXT_LENGTH && !/[\p{Cc}]/u.test(text)
}
