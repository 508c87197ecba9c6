import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Failure } from '../../domain/failure.ts'
import { parseQemuVersion } from './qemu-version.ts'

/** Read-only firmware code of OVMF, and the variables each machine gets its own copy of. */
export interface EfiFirmware {
  readonly codePath: string
  readonly variablesPath: string
}

/** The program that is a machine. */
export const QEMU = 'qemu-system-x86_64'
const QEMU_IMG = 'qemu-img'

const PACKAGE: Readonly<Record<string, string>> = { [QEMU]: 'qemu-system-x86', [QEMU_IMG]: 'qemu-utils' }

/** Where distributions put OVMF: code and the variables to start from. */
const OVMF: readonly EfiFirmware[] = [
  { codePath: '/usr/share/OVMF/OVMF_CODE_4M.fd', variablesPath: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  { codePath: '/usr/share/OVMF/OVMF_CODE.fd', variablesPath: '/usr/share/OVMF/OVMF_VARS.fd' },
  { codePath: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', variablesPath: '/usr/share/edk2/x64/OVMF_VARS.4m.fd' },
]

/** `7.2.18`. Failure `tool.missing` with the command that installs it, `tool.failed` when it is too old. */
export async function qemuVersion(): Promise<string> {
  return parseQemuVersion(await run(QEMU, ['--version']))
}

/** An empty disk that takes no space until it is written to. */
export async function createThinDisk(path: string, sizeGiB: number): Promise<void> {
  await run(QEMU_IMG, ['create', '-q', '-f', 'qcow2', path, `${sizeGiB}G`])
}

/** Failure `tool.missing` when there is no UEFI firmware for machines. */
export function findEfiFirmware(): EfiFirmware {
  const found = OVMF.find(({ codePath, variablesPath }) => existsSync(codePath) && existsSync(variablesPath))
  if (found) return found
  throw new Failure('tool.missing', 'there is no UEFI firmware for QEMU; install it: apt-get install ovmf')
}

function run(tool: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(tool, args, { timeout: 30_000, maxBuffer: 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      if (error.code === 'ENOENT') {
        return reject(
          new Failure('tool.missing', `${tool} is missing; install it: apt-get install ${PACKAGE[tool]}`),
        )
      }
      reject(new Failure('tool.failed', `${tool} failed: ${stderr.trim() || error.message}`, { tool }, error))
    })
  })
}
