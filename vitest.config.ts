import { defineConfig } from 'vitest/config'

/** `unit` needs nothing; `integration` (`*.it.test.ts`) gets a Postgres. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    setupFiles: ['test/support/seed.ts'],
    projects: [
      {
        extends: true,
        // Some of them start servers: five seconds are too few on a machine that is busy.
        test: {
          name: 'unit',
          // Modules are loaded once for all files: most of the time went there. A hook belongs into a test file, or into a function it calls.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.it.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.it.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
})
