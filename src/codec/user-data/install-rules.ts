import type { UserDataContext } from '../../domain/user-data.ts'
import { isSecretPath } from '../../domain/user-data-secrets.ts'
import { everyValue, type Located, scalarAt, valueAt } from './located.ts'
import type { Problem } from './problem.ts'

/** What the installer would do that is rarely meant, and how the document reaches it. */
export function checkInstall(root: Located, context: UserDataContext): readonly Problem[] {
  return [...finish(root), ...device(root, context), ...configUrl(root), ...overHttp(root, context)]
}

function finish(root: Located): readonly Problem[] {
  const isOn = (key: string): boolean => scalarAt(root, 'install', key) === true
  if (isOn('reboot') && isOn('poweroff')) {
    const message = 'with both reboot and poweroff the installer reboots'
    const offset = valueAt(root, 'install', 'poweroff')?.keyOffset ?? 0
    return [{ rule: 'finish', offset, message, fix: 'keep one of them' }]
  }
  if (isOn('reboot') || isOn('poweroff')) return []
  const message =
    'neither install.poweroff nor install.reboot is true: the installer stays up when it is done'
  return [{ rule: 'finish', offset: installOffset(root), message, fix: 'set install.poweroff: true' }]
}

function device(root: Located, { disks }: UserDataContext): readonly Problem[] {
  const named = scalarAt(root, 'install', 'device')
  if ((typeof named === 'string' && named !== 'auto' && named !== '') || disks === 1) return []
  const offset = valueAt(root, 'install', 'device')?.keyOffset ?? installOffset(root)
  const message = 'no install.device: the installer takes the largest disk, whatever is on it'
  const fix = 'name it, best by /dev/disk/by-id/…, on machines with data disks'
  return [{ rule: 'device', offset, message, fix }]
}

function installOffset(root: Located): number {
  return valueAt(root, 'install')?.keyOffset ?? 0
}

function configUrl(root: Located): readonly Problem[] {
  const node = valueAt(root, 'config_url')
  if (!node) return []
  const message = 'the host fetches a further document from config_url, now and at every boot, and merges it'
  return [{ rule: 'config-url', offset: node.keyOffset, message, fix: 'put its content here' }]
}

function overHttp(root: Located, { servedOver }: UserDataContext): readonly Problem[] {
  if (servedOver !== 'http') return []
  const secrets = [...everyValue(root)].filter(
    (node) => node.isTagged || (node.kind === 'scalar' && isTold(node.value) && isSecretPath(node.path)),
  )
  const [first] = secrets
  if (!first) return []
  const message = `${secrets.length} secret value(s), the first one here, cross the network in the clear`
  return [
    {
      rule: 'secret-over-http',
      offset: first.keyOffset,
      message,
      fix: 'serve over HTTPS, or on a network of trust',
    },
  ]
}

function isTold(value: unknown): boolean {
  return value !== null && value !== '' && typeof value !== 'boolean'
}
