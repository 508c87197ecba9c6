import { DOWNLOAD_RULES } from './rules/download-rules.ts'
import { FIRMWARE_RULES } from './rules/firmware-rules.ts'
import { IDENTITY_RULES } from './rules/identity-rules.ts'
import { INSTALL_RULES } from './rules/install-rules.ts'
import { POWER_RULES } from './rules/power-rules.ts'

/** What may keep a host from going on, in the order in which it is looked at. */
export const RULES = [
  ...IDENTITY_RULES,
  ...POWER_RULES,
  ...FIRMWARE_RULES,
  ...DOWNLOAD_RULES,
  ...INSTALL_RULES,
] as const

export type RuleId = (typeof RULES)[number]['id']
