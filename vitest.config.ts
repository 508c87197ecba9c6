import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './tools/passed-failed-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'tools/**/*.test.ts'],
          testTimeout: 20_000,
          // Nothing in them keeps anything in a module: reading each module once takes half the time.
          isolate: false,
          // Benchmarks belong to one project, or they would run once for each.
          benchmark: { include: ['bench/**/*.bench.ts'] },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          benchmark: { include: [] },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'dashboard',
          include: ['test/dashboard/**/*.test.ts'],
          benchmark: { include: [] },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Real machines on two cores: one boot at a time unless a test itself starts two.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          benchmark: { include: [] },
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
