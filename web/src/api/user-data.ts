import { queryOptions } from '@tanstack/react-query'
import type { UserDataCheck } from '../../../src/contract/user-data.ts'
import { getJson, send } from './client.ts'

/** What of a JSON Schema (draft 2020-12) helps to write a document. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, SchemaNode>>
}

/** The JSON Schema of user-data documents; it changes with the version of the server only. */
export const userDataSchemaQuery = queryOptions({
  queryKey: ['user-data-schema'],
  queryFn: ({ signal }) => getJson<SchemaNode>('/user-data/schema', signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** What is wrong with a document. It is not kept, here or there. */
export async function checkUserData(text: string): Promise<UserDataCheck> {
  return await send<UserDataCheck>('POST', '/user-data/check', { text })
}
