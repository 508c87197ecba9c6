import { type MacAddress, parseMacAddress } from './mac-address.ts'
import { parseUuid, type Uuid } from './uuid.ts'

/** What a machine that asks for its script says of itself; all of it can be made up. */
export interface MachineFacts {
  readonly mac?: MacAddress
  readonly uuid?: Uuid
  readonly serial?: string
  readonly asset?: string
  readonly manufacturer?: string
  readonly product?: string
  readonly hostname?: string
}

/** Vendors leave these where the real number should be (SMBIOS); they identify nothing. */
const FILLERS =
  /^(0+|f+|none|n\/a|not (specified|available|applicable)|default string|to be filled by o\.?e\.?m\.?|system serial number|chassis serial number|no asset (tag|information)|123456789|0123456789)$/i

/** The facts in a script query; what is empty, malformed or a vendor's filler text is left out. */
export function readMachineFacts(query: Readonly<Record<string, string>>): MachineFacts {
  const mac = parseMacAddress(query['mac'] ?? '')
  const uuid = parseUuid(query['uuid'] ?? '')
  const text = (key: string): Readonly<Record<string, string>> => {
    const value = (query[key] ?? '').trim()
    return value === '' || FILLERS.test(value) ? {} : { [key]: value }
  }
  return {
    ...(mac ? { mac } : {}),
    ...(uuid && !/^[0f-]+$/.test(uuid) ? { uuid } : {}),
    ...text('serial'),
    ...text('asset'),
    ...text('manufacturer'),
    ...text('product'),
    ...text('hostname'),
  }
}
