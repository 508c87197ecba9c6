import type { Finding as UserDataFinding, UserDataSummary } from '../../domain/user-data.ts'

/** User-data, for those who write it in a browser. */
export interface UserDataDesk {
  /** Nothing of the text is kept. */
  checkUserData(text: string): Promise<{
    readonly findings: readonly UserDataFinding[]
    readonly summary?: Pick<UserDataSummary, 'managementMode' | 'finish' | 'siteName'> | undefined
  }>
  /** Its JSON Schema, as text. */
  userDataSchema(): Promise<string>
}
