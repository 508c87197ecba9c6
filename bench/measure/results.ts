import { z } from 'zod'

const cell = z.object({ row: z.string(), column: z.string(), samples: z.array(z.number()).min(1) })
const goal = z.object({
  row: z.string(),
  column: z.string(),
  dividedBy: z.string().optional(),
  atMost: z.number().optional(),
  atLeast: z.number().optional(),
})
const table = z.object({
  id: z.string(),
  title: z.string(),
  method: z.string(),
  unit: z.string(),
  cells: z.array(cell),
  goals: z.array(goal),
})

/** The file that a run leaves behind. */
export const resultsFile = z.object({
  format: z.literal(1),
  /** When it began, ISO 8601. */
  at: z.string(),
  isQuick: z.boolean(),
  repetitions: z.number(),
  machine: z.object({
    processor: z.string(),
    cores: z.number(),
    memoryGib: z.number(),
    kernel: z.string(),
    system: z.string(),
    /** Not in files of before it was noted. */
    congestionControl: z.string().optional(),
  }),
  /** Of every program that was measured or measured with. */
  versions: z.record(z.string(), z.string()),
  tables: z.array(table),
})

export type Results = z.infer<typeof resultsFile>
