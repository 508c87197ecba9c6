type Koffi = typeof import('koffi')['default']

/** The C library that this process runs with, whichever it is, and what calls it. */
export interface CLibrary {
  readonly koffi: Koffi
  readonly library: ReturnType<Koffi['load']>
}

let loaded: Promise<CLibrary | undefined> | undefined

/** `undefined` on other systems than 64-bit Linux, where structures look different, or where koffi has no build for it. */
export function loadCLibrary(): Promise<CLibrary | undefined> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<CLibrary | undefined> {
  if (process.platform !== 'linux' || !['x64', 'arm64', 'riscv64'].includes(process.arch)) return undefined
  try {
    const { default: koffi } = await import('koffi')
    return { koffi, library: koffi.load(null) }
  } catch {
    return undefined
  }
}
