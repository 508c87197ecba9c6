import { z } from 'zod'
import { PHASES } from '../domain/phase.ts'
import { Time } from './common.ts'

const Phase = z.enum(PHASES)

/** One phase of one boot. */
export const BootStep = z.object({
  phase: Phase,
  at: Time.describe('When the host entered the phase.'),
  durationMs: z.number().int().optional().describe('Missing for the phase it is in.'),
  bytes: z.number().optional().describe('What was sent to it in this phase, for the phases of a download.'),
  total: z.number().optional().describe('Size of what is downloaded in this phase.'),
})
export type BootStep = z.infer<typeof BootStep>

/** One boot of a host, from its power-on or its script to whatever it came to. */
export const BootRecord = z
  .object({
    bootId: z.string().optional().describe('Missing for a boot that was handed no installer.'),
    startedAt: Time,
    endedAt: Time.optional(),
    outcome: z.enum(['running', 'ready', 'failed', 'given-up']),
    reason: z.string().optional().describe('Why it failed.'),
    steps: z.array(BootStep).readonly(),
  })
  .meta({ id: 'BootRecord' })
export type BootRecord = z.infer<typeof BootRecord>

/** What other hosts of the profile took, as the median over their last complete boots. */
export const UsualStep = z.object({
  durationMs: z.number().int(),
  bytes: z.number().optional(),
  hosts: z.number().int().describe('How many hosts it was learnt from.'),
})

/** Boots of a host, newest first, with what is usual for hosts of its profile. */
export const BootRecords = z
  .object({
    items: z.array(BootRecord).readonly(),
    usual: z.partialRecord(Phase, UsualStep).readonly(),
  })
  .meta({ id: 'BootRecords' })
export type BootRecords = z.infer<typeof BootRecords>
