import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createIsoFolders } from './iso-folders.ts'

test('regular ISO files of the folders are listed, the newest first, each once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgeboot-isos-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, seconds] of [
    ['old.iso', 1000],
    ['NEW.ISO', 2000],
    ['notes.txt', 3000],
  ] as const) {
    writeFileSync(join(folder, name), name)
    utimesSync(join(folder, name), seconds, seconds)
  }
  mkdirSync(join(folder, 'folder.iso'))
  symlinkSync('/etc/passwd', join(folder, 'link.iso'))

  const folders = [folder, folder, join(folder, 'none')]
  const { items } = await createIsoFolders(folders).list()

  expect(items).toEqual([
    { path: join(folder, 'NEW.ISO'), sizeBytes: 7, modifiedAt: 2_000_000 },
    { path: join(folder, 'old.iso'), sizeBytes: 7, modifiedAt: 1_000_000 },
  ])
})
