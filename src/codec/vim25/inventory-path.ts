/**
 * Where something is in the inventory, in names as people read them. Paths separate names by `/`; inside a name `%`,
 * `/` and `\` are written `%25`, `%2f` and `%5c` (vSphere API, ManagedEntity.name).
 */
export interface InventoryPath {
  /** From the root of the inventory, not from a folder that is known from elsewhere. */
  readonly absolute: boolean
  readonly names: readonly string[]
}

/** `/DC0/vm/site%2f1` or `site%2f1`; empty names are left out. */
export function parseInventoryPath(text: string): InventoryPath {
  return {
    absolute: text.startsWith('/'),
    names: text
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .map(decodeName),
  }
}

export function formatInventoryPath({ absolute, names }: InventoryPath): string {
  return (absolute ? '/' : '') + names.map(encodeName).join('/')
}

/** A name as people read it, of a name as the server sends it. */
export function decodeName(name: string): string {
  return name.replace(/%(2f|5c|25)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function encodeName(name: string): string {
  return name.replace(/[%/\\]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}
