import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { readBoot } from '../../src/codec/ipxe-script/read-boot.ts'

/** What one host is handed by Edgeboot, as files that any web server can serve. */
export interface BootFiles {
  /** Holds kernel, initrd, root file system and, in `h/static`, the configuration. */
  readonly folder: string
  /** The script it was handed, with addresses below this one (`http://HOST:PORT`). */
  scriptFor(base: string): string
}

/** Asks as a host does for all that it is handed, and keeps it: the others serve byte for byte the same. */
export async function keepBootFiles(scriptUrl: string, folder: string): Promise<BootFiles> {
  const script = await (await ask(scriptUrl)).text()
  const boot = readBoot(script)
  const [initrdUrl] = boot?.initrdUrls ?? []
  if (!boot?.rootfsUrl || !boot.configUrl || !initrdUrl) throw new Error(`no installer:\n${script}`)
  const names = new Map([
    [boot.kernelUrl, 'kernel'],
    [initrdUrl, 'initrd'],
    [boot.rootfsUrl, 'rootfs.squashfs'],
    [boot.configUrl, 'h/static/config.yaml'],
  ])
  await mkdir(join(folder, 'h', 'static'), { recursive: true })
  for (const [url, name] of names) await keep(url, join(folder, name))
  return {
    folder,
    scriptFor: (base) =>
      [...names].reduce((text, [url, name]) => text.replaceAll(url, `${base}/${name}`), script),
  }
}

/** The script as a file of its own, for a server at this address. */
export async function writeScript(
  { folder, scriptFor }: BootFiles,
  base: string,
  name: string,
): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, scriptFor(base))
  return path
}

async function keep(url: string, path: string): Promise<void> {
  const { body } = await ask(url)
  if (!body) throw new Error(`${url}: nothing`)
  await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path))
}

async function ask(url: string): Promise<Response> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response
}
