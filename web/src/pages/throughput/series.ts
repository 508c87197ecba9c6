import type { Throughput, ThroughputSample } from '../../../../src/contract/throughput.ts'

/** What is drawn of the samples. */
export function seriesOf(
  { samples }: Throughput,
  pick: (sample: ThroughputSample) => number,
): [number[], number[]] {
  return [samples.map(({ at }) => at / 1000), samples.map(pick)]
}

/** Bytes per second in the interval of the sample. */
export function rateOf({ bytes }: ThroughputSample, intervalMs: number): number {
  return (bytes * 1000) / intervalMs
}

/** The figures beside the charts. */
export function figuresOf({ samples, intervalMs }: Throughput): {
  readonly rate: number
  readonly peak: number
  readonly sent: number
  readonly transfers: number
  readonly hosts: number
  readonly busy: number
} {
  const last = samples.at(-1)
  const rates = samples.map((sample) => rateOf(sample, intervalMs))
  return {
    rate: rates.at(-1) ?? 0,
    peak: Math.max(0, ...rates),
    sent: samples.reduce((sum, { bytes }) => sum + bytes, 0),
    transfers: last?.transfers ?? 0,
    hosts: last?.hosts ?? 0,
    busy: last?.busy ?? 0,
  }
}
