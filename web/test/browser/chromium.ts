/** Debian's Chromium, with a fresh profile and nothing that talks to the outside. */

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.GUANJIA_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

export function launch(): Promise<Browser> {
  const executablePath = PLACES.find((it): it is string => it !== undefined && existsSync(it))
  if (!executablePath)
    throw new Error('no Chromium: install the package `chromium`, or name one in GUANJIA_TEST_CHROMIUM')
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
