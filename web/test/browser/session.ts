/** Pages in a browser: signed in as somebody of the demo, with what the console said, and axe over what is shown. */

import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import type { Program } from './program'

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: what a test reads out of an answer it knows.
export type Answer = any

export interface Seat {
  page: Page
  /** Errors and warnings of the console and of scripts. */
  said: string[]
  /** What `/api` answers to this person, beside the page: how things came to stand as a test finds them. */
  ask: (method: 'GET' | 'POST', path: string, body?: object, version?: number) => Promise<Answer>
  close: () => Promise<void>
}

export interface Window {
  theme?: 'light' | 'dark'
  language?: 'zh' | 'en'
  width?: number
  height?: number
}

export const PHONE: Window = { width: 390, height: 844 }

/** A window of its own, not signed in. */
export async function window(browser: Browser, it: Window = {}): Promise<Seat> {
  // The policy of the page lets no script in but the program's own; axe comes from the test.
  const context = await browser.newContext({
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    colorScheme: it.theme ?? 'light',
    viewport: { width: it.width ?? 1440, height: it.height ?? 900 },
    bypassCSP: true,
  })
  await context.addInitScript(
    ([language]) => localStorage.setItem('guanjia.settings', JSON.stringify({ language, singleKeys: true })),
    [it.language ?? 'zh'],
  )
  const page = await context.newPage()
  page.setDefaultTimeout(45_000)
  const said: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      said.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => said.push(String(error)))
  const ask = async () => {
    throw new Error('nobody is signed in here')
  }
  return { page, said, ask, close: () => context.close() }
}

/** A window of somebody who has signed in; the form itself is tried by the README's test. */
export async function seat(browser: Browser, program: Program, login: string, it: Window = {}): Promise<Seat> {
  const found = await window(browser, it)
  const answer = await found.page.context().request.post(`${program.base}/api/session`, {
    data: { login, password: program.password },
    headers: { origin: program.base },
  })
  if (!answer.ok()) throw new Error(`${login} could not sign in: ${answer.status()} ${await answer.text()}`)
  const { csrf } = await answer.json()
  const ask = async (method: 'GET' | 'POST', path: string, body?: object, version?: number): Promise<Answer> => {
    const answered = await found.page.context().request.fetch(`${program.base}/api/units/WT${path}`, {
      method,
      headers: {
        origin: program.base,
        'x-csrf-token': csrf,
        ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body ? { data: body } : {}),
    })
    if (!answered.ok()) throw new Error(`${login} ${method} ${path}: ${answered.status()} ${await answered.text()}`)
    return answered.json()
  }
  return { ...found, ask }
}

/** Shows a page and waits until its data is there. */
export async function go(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.locator('h1').first().waitFor()
  // The stream of changes never ends, so that silence on the network says nothing.
  await page.locator('.late-skeleton').first().waitFor({ state: 'detached' })
}

/** What axe objects to at WCAG 2.2 AA. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  // A colour on its way from light to dark is neither, and has no contrast of its own.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((it) => it.effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(ending.map((it) => it.finished))
  })
  return page.evaluate(async () => {
    const axe = (
      window as unknown as {
        axe: {
          run: (of: Document, how: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
        }
      }
    ).axe
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    })
    return violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
  })
}
