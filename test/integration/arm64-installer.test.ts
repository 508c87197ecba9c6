import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-arm64-'))
const iso = join(directory, 'arm64.iso')
const userData = join(directory, 'user-data.yaml')
writeFileSync(userData, '#cloud-config\nstylus: { managementMode: local }\ninstall: { poweroff: true }\n')
beforeAll(async () => writeFileSync(iso, asArm64(readFileSync(await standInIso()))), 600_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** The same ISO with kernels that say they are for arm64 (Linux Documentation/arch/arm64/booting.rst, "magic"). */
function asArm64(image: Buffer): Buffer {
  for (let at = 0; at + 2048 <= image.length; at += 2048) {
    if (image.toString('latin1', at + 0x202, at + 0x206) !== 'HdrS') continue
    image.write('\0\0\0\0', at + 0x202, 'latin1')
    image.write('ARMd', at + 0x38, 'latin1')
  }
  return image
}

test('an ISO for arm64 is known as such', async () => {
  const { code, stdout } = await runEdgeboot(['installer', 'inspect', iso])

  expect([code, stdout]).toEqual([0, expect.stringContaining('arm64')])
})

test.each<[string, NodeJS.ProcessEnv]>([
  ['qemu', {}],
  // Nothing answers there: it is not even asked.
  ['vsphere', { GOVC_URL: 'https://127.0.0.1:1', GOVC_USERNAME: 'a', GOVC_PASSWORD: 'b' }],
])('and refused for machines of %s before anything is made', async (driver, environment) => {
  const data = join(directory, driver)

  const { code, stderr } = await runEdgeboot(
    ['--data-dir', data, 'up', iso, '--user-data', userData, '--driver', driver],
    environment,
  )

  expect(code).toBe(2)
  expect(stderr).toMatch(
    /arm64\.iso is for arm64, .* x86_64 .*edgeboot serve {2}\[machine\.wrong-architecture\]/,
  )
  expect(existsSync(data)).toBe(false)
})
