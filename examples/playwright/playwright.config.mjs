import { defineConfig } from '@playwright/test'

const port = process.env.PORT ?? '3000'
const url = `http://127.0.0.1:${port}`

/** Another browser than the one that `npx playwright install chromium` fetches. */
const executablePath = process.env.CHROMIUM_PATH

export default defineConfig({
  testDir: '.',
  timeout: 60_000,
  reporter: 'line',
  use: {
    baseURL: url,
    launchOptions:
      executablePath === undefined ? {} : { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] },
  },
  webServer: { command: 'node sign-up.mjs', url, env: { PORT: port } },
})
