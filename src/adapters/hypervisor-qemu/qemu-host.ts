import { type AccelerationChoice, probeAcceleration } from './acceleration.ts'
import { probeSandbox } from './sandbox.ts'
import { qemuVersion } from './tools.ts'

/** What the QEMU of this computer is and can do; each looked at once, when first asked for. */
export interface QemuHost {
  /** `7.2.22`. Failure `tool.missing` or, when it is too old, `tool.failed`; both say what to install. */
  version(): Promise<string>
  acceleration(): Promise<AccelerationChoice>
  /** Whether machines can be confined by system call filters. */
  sandbox(): Promise<boolean>
}

/** `directory`: where findings that hold until the next boot of this computer are kept. */
export function createQemuHost(directory: string): QemuHost {
  return {
    version: once(qemuVersion),
    acceleration: once(() => probeAcceleration(directory)),
    sandbox: once(probeSandbox),
  }
}

/** Remembers a success; a failure may be mended by the time it is asked again. */
function once<T>(look: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined
  return () => {
    found ??= look().catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }
}
