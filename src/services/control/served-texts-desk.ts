import { maskSecrets as maskUserData } from '../../codec/user-data/mask-secrets.ts'
import { Failure } from '../../domain/failure.ts'
import { maskSecrets } from '../../domain/secret-text.ts'
import { maskInline } from '../../domain/user-data-secrets.ts'
import type { ServedTextsDesk } from '../../ports/control/host-history-desk.ts'
import { type ControlParts, requireHost } from './control-parts.ts'

/** What hosts are handed, as people may see it: with tokens and other secrets masked. */
export function createServedTextsDesk({
  book,
  served,
}: Pick<ControlParts, 'book' | 'served'>): ServedTextsDesk {
  return {
    hostScript: async (name) => {
      const { host } = requireHost(book, name)
      const found = served.script(host.name)
      if (!found) throw nothing(name, 'it has not been handed the installer in its present boot')
      const { rendered, text } = found
      return { rendered, text: maskInline(maskSecrets(text)) }
    },
    hostUserData: async (name) => {
      const { host } = requireHost(book, name)
      const found = served.userData(host.name)
      if (!found)
        throw nothing(name, 'the fleet says nothing of it, or the ISO of its installer cannot be read')
      // The address it phones home to has its token, which is in no key that says so.
      const { rendered, text, secretPaths } = found
      return { rendered, text: maskSecrets(maskUserData(text, secretPaths)) }
    },
  }
}

function nothing(name: string, why: string): Failure {
  return new Failure('host.nothing-served', `host ${name}: there is nothing to show: ${why}`)
}
