import type { Generated } from 'kysely'

/**
 * The tables as the migrations make them. Times are epoch milliseconds; definitions, data and details are JSON.
 * `sealed_token` is what the secret box made of a config token; `hash`, `token_hash` and `cookie_hash` are SHA-256.
 */
export interface Tables {
  hosts: { name: string; definition: string; created_at: number }
  boots: { boot_id: string; sealed_token: string; host: string; created_at: number }
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
  access_tokens: {
    id: Generated<number>
    name: string
    role: string
    hash: string
    created_at: number
    expires_at: number | null
    revoked_at: number | null
    last_used_at: number | null
  }
  sessions: { cookie_hash: string; token_hash: string; expires_at: number }
  audit: {
    id: Generated<number>
    time: number
    who: string
    action: string
    object: string
    outcome: string
    detail: string
  }
}
