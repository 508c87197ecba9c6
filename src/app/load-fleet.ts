import { dirname, isAbsolute, join, resolve } from 'node:path'
import { lookUpText } from '../adapters/files-node/look-up-text.ts'
import { createTextFiles } from '../adapters/files-node/text-files.ts'
import { decodeFleet } from '../codec/fleet-file/parse-fleet.ts'
import {
  type RenderedUserData,
  type RenderLookups,
  renderUserData,
} from '../codec/fleet-file/render-user-data.ts'
import type { DesiredFleet } from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet/fleet.ts'
import { fleetInvalid } from '../domain/fleet/problem.ts'
import { desireFleet } from '../services/desire-fleet.ts'

/** Largest fleet file and largest file it brings in, in bytes. */
const MAX_FLEET_BYTES = 64 * 1024 * 1024
const MAX_LAYER_BYTES = 1024 * 1024

/** Fleet files as one fleet. Failure `fleet.invalid` that names every place. */
export async function loadFleet(files: readonly string[]): Promise<Fleet> {
  const sources = await Promise.all(
    files.map(async (file) => {
      const text = await createTextFiles().readTextFile(file, MAX_FLEET_BYTES)
      if (text === undefined) throw new Failure('fleet.invalid', `${file}: there is no such file`)
      return { file, text }
    }),
  )
  return decodeFleet(sources)
}

/** Fleet files as the wish they come to, everything they name read. Failure `fleet.invalid`. */
export async function loadDesiredFleet(files: readonly string[], env = process.env): Promise<DesiredFleet> {
  return desireFleet(await loadFleet(files), lookupsFrom(env), from)
}

/** The user-data of one host of a fleet. Failure `host.not-found`, `fleet.invalid`. */
export async function renderHostUserData(
  files: readonly string[],
  host: string,
  env = process.env,
): Promise<RenderedUserData> {
  const rendered = renderUserData(await loadFleet(files), host, lookupsFrom(env))
  if (rendered.errors.length > 0) throw fleetInvalid(rendered.errors)
  return rendered
}

function from(path: string, file: string): string {
  return resolve(dirname(file), path)
}

/** What user-data brings in: variables of this environment, and files by the paths people can open them with. */
export function lookupsFrom(env: NodeJS.ProcessEnv): RenderLookups {
  return {
    env: (name) => env[name],
    file: (path, file) => {
      const found = lookUpText(from(path, file), MAX_LAYER_BYTES)
      return 'text' in found ? { ...found, file: isAbsolute(path) ? path : join(dirname(file), path) } : found
    },
  }
}
