import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createTextFiles } from '../../src/adapters/files-node/text-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-text-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const files = createTextFiles()

test('a text file is read whole, and refused when it is larger than allowed', async () => {
  const path = join(directory, 'text')
  writeFileSync(path, 'grüße')

  expect(await files.readTextFile(path, 7)).toBe('grüße')
  await expect(files.readTextFile(path, 6)).rejects.toMatchObject({ code: 'blob.unreadable' })
  expect(await files.readTextFile(join(directory, 'none'), 7)).toBeUndefined()
})

test('a named pipe nobody writes to is refused instead of waited for', async () => {
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', [path])

  await expect(files.readTextFile(path, 100)).rejects.toMatchObject({
    code: 'blob.unreadable',
    message: expect.stringContaining('named pipe'),
  })
})

test('what a shell hands over is read to its end, in however many pieces it comes', () => {
  const module = new URL('../../src/adapters/files-node/text-files.ts', import.meta.url).href
  const program = join(directory, 'read.mjs')
  writeFileSync(
    program,
    `import { createTextFiles } from ${JSON.stringify(module)}
    process.stdout.write(await createTextFiles().readTextFile('/dev/stdin', 1_000_000))`,
  )
  const writer = "{ head -c 200000 /dev/zero | tr '\\0' a; printf end; }"
  const command = `${writer} | "${process.execPath}" "${program}"`

  const text = execFileSync('bash', ['-c', command], { encoding: 'utf8', maxBuffer: 1_000_000 })

  expect(text).toBe(`${'a'.repeat(200_000)}end`)
})
