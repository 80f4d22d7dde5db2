/** Pages of the desk that each have one purpose: nothing on the console, nothing that axe objects to, in both themes and languages. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { faults, go, seat } from './session'

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

describe('the page of', () => {
  const pages: [string, string, string][] = [
    ['renovations on a board', 'wt-lead', '/u/WT/stages'],
    ['orders on a board', 'wt-lead', '/u/WT/stages?kind=repair'],
  ]
  it.each(pages)('%s is clean', async (_, login, path) => {
    for (const look of [
      { theme: 'light', language: 'zh' },
      { theme: 'dark', language: 'en', width: 1366, height: 768 },
    ] as const) {
      const { page, said, close } = await seat(browser, program, login, look)
      await go(page, `${program.base}${path}`)
      expect(await faults(page)).toEqual([])
      expect(said).toEqual([])
      await close()
    }
  })
})
