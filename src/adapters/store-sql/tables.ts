import type { Generated } from 'kysely'

/** The tables as the migrations make them. Times are epoch milliseconds; definitions and data are JSON. */
export interface Tables {
  hosts: { name: string; definition: string; created_at: number }
  boots: { boot_id: string; token: string; host: string; created_at: number }
  events: {
    id: Generated<number>
    host: string
    boot_id: string | null
    time: number
    type: string
    data: string
  }
  installers: { name: string; definition: string; added_at: number }
  digests: { key: string; sha256: string }
  fleet_parts: { kind: string; name: string; position: number; sealed_definition: string }
  fleet_version: { version: number }
  settings: { key: string; value: string }
}
