import { z } from 'zod'
import { Time } from './common.ts'

const Verdict = z.enum(['good', 'warning', 'bad'])

/** One thing that was looked at. */
export const DoctorFinding = z.object({
  name: z.string(),
  verdict: Verdict,
  detail: z.string(),
  remedy: z.string().optional().describe('What to do about it.'),
})
export type DoctorFinding = z.infer<typeof DoctorFinding>

/** What `edgeboot doctor` found for the server as it runs. */
export const DoctorReport = z
  .object({
    at: Time,
    verdict: Verdict.describe('The worst of all.'),
    findings: z.array(DoctorFinding).readonly(),
  })
  .meta({ id: 'DoctorReport' })
export type DoctorReport = z.infer<typeof DoctorReport>
