import type { Host } from '../domain/host.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import { ipv4AddressOf } from '../domain/netboot/ipv4.ts'
import type { BootId } from '../domain/opaque-id.ts'
import type { UserDataPath } from '../domain/user-data-key.ts'
import type { BootPlan } from './boot-plan.ts'
import type { FleetPlans } from './fleet-plans.ts'
import type { HostBook } from './host-book.ts'

/** What a host is handed as text in a boot. Secret as a whole. */
export interface ServedText {
  readonly text: string
  /** `as-served`: exactly what it got in its present boot; `now`: what it would get, as far as that is known. */
  readonly rendered: 'as-served' | 'now'
  /** Where a document has secrets that its keys do not tell. */
  readonly secretPaths?: readonly UserDataPath[] | undefined
}

/** How the texts of one boot are made again; made of little more than what differs between hosts. */
type Recipes = Partial<Record<'script' | 'userData', () => Omit<ServedText, 'rendered'>>>

/** The texts hosts were handed in their present boots, from memory. */
export interface ServedTexts {
  /** Takes note of a text that was just handed out; of an earlier boot of the host nothing is kept. */
  keep(host: string, bootId: BootId, recipes: Recipes): void
  /** The script that installs it; `undefined` while it has no boot, or no plan any more. */
  script(host: string): ServedText | undefined
  /** Its user-data; `undefined` where there is no plan for it. */
  userData(host: string): ServedText | undefined
}

/** Stands for the token of a boot that is yet to come. */
const NO_TOKEN = '***'

/** `base` is under which address a host is told to find us, `http://HOST:PORT`. Ends with the process. */
export function createServedTexts({
  book,
  plans,
  base,
  takesSyslog,
}: {
  readonly book: Pick<HostBook, 'state' | 'byBoot' | 'onRemoved'>
  readonly plans: Pick<FleetPlans, 'of' | 'wish'>
  readonly base: (host: Host, plan: BootPlan) => string
  readonly takesSyslog: () => boolean
}): ServedTexts {
  const kept = new Map<string, { readonly bootId: BootId; readonly recipes: Recipes }>()
  book.onRemoved((host) => kept.delete(host))

  /** With what there is to make a text anew; without a boot its id and token are missing. */
  function present(name: string) {
    const state = book.state(name)
    const plan = plans.of(name)
    if (!state) return undefined
    const { bootId } = state.life
    const mine = kept.get(name)
    return {
      host: state.host,
      plan,
      boot: bootId && book.byBoot(bootId)?.boot,
      recipes: mine && mine.bootId === bootId ? mine.recipes : {},
    }
  }

  function scriptNow(host: Host, plan: BootPlan, boot: { readonly bootId: string; readonly token: string }) {
    const at = base(host, plan)
    const told = parseMacAddress(plans.wish(host.name)?.match.mac ?? '')
    return plan.texts.installScript({
      host: host.name,
      mac: host.spec?.mac ?? told,
      bootId: boot.bootId,
      token: boot.token,
      base: at,
      syslog: takesSyslog() ? ipv4AddressOf(at) : undefined,
    })
  }

  return {
    keep: (host, bootId, recipes) => {
      const before = kept.get(host)
      const same = before?.bootId === bootId ? before.recipes : {}
      kept.set(host, { bootId, recipes: { ...same, ...recipes } })
    },
    script: (name) => {
      const found = present(name)
      if (!found?.boot) return undefined
      const { host, plan, boot, recipes } = found
      if (recipes.script) return { ...recipes.script(), rendered: 'as-served' }
      return plan && { text: scriptNow(host, plan, boot), rendered: 'now' }
    },
    userData: (name) => {
      const found = present(name)
      if (!found) return undefined
      const { host, plan, boot, recipes } = found
      if (recipes.userData) return { ...recipes.userData(), rendered: 'as-served' }
      if (!plan) return undefined
      const token = boot?.token ?? NO_TOKEN
      const { userData, secretPaths } = plan.texts
      return { text: userData({ token, base: base(host, plan) }), secretPaths, rendered: 'now' }
    },
  }
}
