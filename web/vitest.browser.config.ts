import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The browser tests: the real program, a temporary database, Debian's Chromium. One after the other: the machine has few cores. */
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/demo.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
    pool: 'forks',
  },
})
