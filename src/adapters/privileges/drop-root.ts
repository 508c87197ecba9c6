import { lchown, lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'

/** Whom a program goes on as. */
export interface Account {
  readonly uid: number
  readonly gid: number
  readonly name: string
}

/** A data directory has a few files for each host. */
const MAX_ENTRIES = 1_000_000

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
  const { uid } = name === undefined ? await lstat(directory) : { uid: -1 }
  const found = accounts.find((account) => (name === undefined ? account.uid === uid : account.name === name))
  if (name !== undefined && !found)
    throw new Failure(
      'usage.invalid',
      `--run-as ${name.slice(0, 64)}: there is no such account on this machine`,
    )
  return found?.uid === 0 ? undefined : found
}

/**
 * Gives up root for good, groups first, after the files that root has made in the directory were handed over. Whatever needs a
 * privilege has to be open by now.
 */
export async function dropRoot({ uid, gid, name }: Account, directory: string): Promise<void> {
  await handOver(directory, uid, gid)
  ;(process as { initgroups?: (name: string, gid: number) => void }).initgroups?.(name, gid)
  process.setgid?.(gid)
  process.setuid?.(uid)
}

/** Never through links: those may lead anywhere. */
async function handOver(directory: string, uid: number, gid: number): Promise<void> {
  const names = await readdir(directory, { recursive: true })
  for (const name of ['', ...names.slice(0, MAX_ENTRIES)]) {
    const path = join(directory, name)
    try {
      const { uid: owner, nlink, ...about } = await lstat(path)
      // A second name of a file may be one of a file elsewhere that is root's on purpose.
      if (owner === 0 && (nlink === 1 || (about.mode & 0o170000) === 0o040000)) await lchown(path, uid, gid)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** passwd(5). Accounts from elsewhere (LDAP) can run the program themselves. */
async function readAccounts(): Promise<readonly Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':')
    return name !== '' && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? '')
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : []
  })
}
