import { defineConfig } from 'vitest/config'

/** `unit` needs nothing; `integration` (`*.it.test.ts`) gets a Postgres. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    // Longer than `until` waits for a fact, so that a failure names the fact and not the test alone.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ['test/support/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Modules are loaded once for all files: most of the time went there. A hook belongs into a test file, or into a function it calls.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.it.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.it.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
})
