import { accessSync, constants } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'
import { handOver } from './hand-over.ts'

/** Whom a program goes on as. */
export interface Account {
  readonly uid: number
  readonly gid: number
  /** Its user ID where it has none. */
  readonly name: string
}

/**
 * The account a program started by root is to go on as: the one named, else the owner of the data directory; `undefined`
 * when that is root too, or when it does not run as root. Failure `usage.invalid` for a name that is none.
 */
export async function accountToRunAs(
  name: string | undefined,
  directory: string,
): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) {
    if (name === undefined) return undefined
    throw new Failure('usage.invalid', `--run-as ${name.slice(0, 64)} takes root to begin with; leave it out`)
  }
  const accounts = await readAccounts()
  if (name === undefined) {
    const { uid, gid } = await stat(directory)
    if (uid === 0) return undefined
    return accounts.find((account) => account.uid === uid) ?? { uid, gid, name: `${uid}` }
  }
  const found = accounts.find((account) => account.name === name)
  if (found) return found.uid === 0 ? undefined : found
  throw new Failure(
    'usage.invalid',
    `--run-as ${name.slice(0, 64)}: there is no such account on this machine`,
  )
}

/**
 * Gives up root for good, groups first, after the files that root has made in the directory were handed over. Whatever needs a
 * privilege has to be open by now. All in one go: what is made in between would stay root's. Failure `usage.invalid` when the
 * directory lies where the account cannot come.
 */
export function dropRoot({ uid, gid, name }: Account, directory: string): void {
  handOver(directory, { uid, gid })
  // Without an account there are no other groups. Types leave these out, for Windows has none.
  const groups = process as {
    initgroups?: (name: string, gid: number) => void
    setgroups?: (groups: readonly number[]) => void
  }
  if (name === `${uid}`) groups.setgroups?.([gid])
  else groups.initgroups?.(name, gid)
  process.setgid?.(gid)
  process.setuid?.(uid)
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Failure(
      'usage.invalid',
      `${name} cannot use the data directory ${directory}: a folder above it is closed to that account`,
      {},
      error,
    )
  }
}

/** passwd(5). Accounts from elsewhere (LDAP) are known by their numbers only. */
async function readAccounts(): Promise<readonly Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':')
    return name !== '' && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? '')
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : []
  })
}
