import { createUserDataRenderer, type RenderedUserData } from '../codec/fleet-file/render-user-data.ts'
import { decodeUserData } from '../codec/user-data/user-data.ts'
import type { DesiredFleet } from '../domain/desired-fleet.ts'
import { type FleetProblem, fleetInvalid, type Place } from '../domain/fleet/problem.ts'
import type { Finding } from '../domain/user-data.ts'
import { loadDesiredFleet, loadFleet, lookupsFrom, renderHostUserData } from './load-fleet.ts'

/** A finding about a rendered document; `place` is where its line came from, for lines that came from somewhere. */
export interface PlacedFinding extends Finding {
  readonly place?: Place
}

/** What one host of a fleet gets, and what is wrong with it. */
export interface RenderedHost extends Pick<RenderedUserData, 'document' | 'masked' | 'explain'> {
  readonly findings: readonly PlacedFinding[]
}

/** Documents that are looked into before a fleet is sent; the server looks into all of them anyway. */
const QUICK_DOCUMENTS = 100
/** Hosts whose mistakes are led back to their layers. */
const MAX_TOLD_HOSTS = 50

/**
 * Fleet files as the wish they come to, checked as far as that takes little time. Failure `fleet.invalid` with file,
 * line and column of every mistake.
 */
export async function readFleet(files: readonly string[]): Promise<DesiredFleet> {
  const fleet = await loadDesiredFleet(files)
  await checkUserData(files, fleet, QUICK_DOCUMENTS)
  return fleet
}

/**
 * Looks into the user-data of every host, at most `limit` different documents. Failure `fleet.invalid` that names the
 * places in the layers where the mistakes come from.
 */
export async function checkUserData(
  files: readonly string[],
  { hosts }: DesiredFleet,
  limit = Number.POSITIVE_INFINITY,
): Promise<void> {
  const known = new Map<string, readonly Finding[]>()
  const wrong: { readonly name: string; readonly errors: readonly Finding[] }[] = []
  for (const { name, userData } of hosts) {
    if (!known.has(userData) && known.size >= limit) continue
    const errors = known.get(userData) ?? decodeUserData(userData).findings.filter(isError)
    known.set(userData, errors)
    if (errors.length > 0) wrong.push({ name, errors })
    if (wrong.length >= MAX_TOLD_HOSTS) break
  }
  if (wrong.length === 0) return
  const renderer = createUserDataRenderer(await loadFleet(files), lookupsFrom(process.env))
  const problems = wrong.flatMap(({ name, errors }) => {
    const { origins } = renderer.render(name)
    return errors.map((error) => toProblem(name, error, origins, files))
  })
  throw fleetInvalid(withoutRepeats(problems))
}

/**
 * What one host of the fleet in these files gets, with all findings about it. Failure `fleet.invalid`,
 * `host.not-found`.
 */
export async function renderHost(files: readonly string[], name: string): Promise<RenderedHost> {
  const { document, masked, explain, origins } = await renderHostUserData(files, name)
  const findings = decodeUserData(document).findings.map((finding) => {
    const place = origins[finding.line - 1]
    return place ? { ...finding, place } : finding
  })
  return { document, masked, explain, findings }
}

function isError({ severity }: Finding): boolean {
  return severity === 'error'
}

function toProblem(
  host: string,
  { line, message, rule, fix }: Finding,
  origins: RenderedUserData['origins'],
  [file = '']: readonly string[],
): FleetProblem {
  const place = origins[line - 1] ?? { file, line: 1, column: 1 }
  return {
    ...place,
    key: `user-data of ${host}`,
    message: `${message} (${rule})${fix ? `; ${fix}` : ''}`,
  }
}

/** What is wrong in a layer that hosts share is told once. */
function withoutRepeats(problems: readonly FleetProblem[]): readonly FleetProblem[] {
  const told = new Map<string, FleetProblem>()
  for (const problem of problems) {
    const key = JSON.stringify([problem.file, problem.line, problem.column, problem.message])
    if (!told.has(key)) told.set(key, problem)
  }
  return [...told.values()]
}
