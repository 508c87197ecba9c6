import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './tools/passed-failed-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 20_000,
          // Nothing in them keeps anything in a module: reading each module once takes half the time.
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          globalSetup: 'test/support/program.ts',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'dashboard',
          globalSetup: 'test/support/program.ts',
          include: ['test/dashboard/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real machines on two cores: one file at a time. A file says itself which of its tests boot at the same time.
        test: {
          name: 'e2e',
          globalSetup: 'test/support/program.ts',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
