/** The desk in a browser against the real program: every page draws, says nothing on the console, and has nothing that axe objects to. */

import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
const UNIT = '/u/WT'

let program: Program
let browser: Browser
let page: Page
let said: string[]

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

async function open(theme: 'light' | 'dark' = 'light', width = 1440, height = 900): Promise<void> {
  // The policy of the page lets no script in but the program's own; axe comes from the test.
  const context = await browser.newContext({
    locale: 'zh-CN',
    colorScheme: theme,
    viewport: { width, height },
    bypassCSP: true,
  })
  const signedIn = await context.request.post(`${program.base}/api/session`, {
    headers: { origin: program.base },
    data: { login: 'wt-lead', password: program.password },
  })
  expect(signedIn.status()).toBe(201)
  page = await context.newPage()
  said = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      said.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => said.push(String(error)))
  await page.goto(program.start)
}

beforeEach(() => open())

afterEach(async () => {
  expect(said).toEqual([])
  await page.context().close()
})

async function go(path: string): Promise<void> {
  await page.goto(`${program.base}${path}`)
  await page.locator('h1').first().waitFor()
  // The stream of changes never ends, so that silence on the network says nothing.
  await page.locator('.late-skeleton').first().waitFor({ state: 'detached' })
}

async function faults(): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
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
  return found
}

describe('every page', () => {
  const pages: [string, string][] = [
    ['my duties', UNIT],
    ['intake', `${UNIT}/intake`],
    ['the list of orders', `${UNIT}/repair`],
    ['a form', `${UNIT}/repair?new=true`],
    ['scorecards', `${UNIT}/scorecards`],
    ['the phone', '/field'],
  ]
  it.each(pages)('%s has nothing that axe objects to, in light and dark', async (_, path) => {
    await go(path)
    expect(await faults()).toEqual([])
    await page.context().close()
    await open('dark', 1366, 768)
    await go(path)
    expect(await faults()).toEqual([])
  })
})

describe('a call', () => {
  it('is registered and sent with the keyboard alone, and its record shows what happened', async () => {
    await go(`${UNIT}/intake`)
    await page.keyboard.type('客厅吊灯一开就跳闸，厨房插座也没电')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: /客厅吊灯一开就跳闸/ }).waitFor()
    await page.getByText('已送单').first().waitFor()
    expect(await page.getByText('送单', { exact: true }).count()).toBeGreaterThan(0)
    expect(await faults()).toEqual([])
  })

  it('shows its main button at 1366 × 768 without scrolling', async () => {
    await page.context().close()
    await open('light', 1366, 768)
    await go(`${UNIT}/intake`)
    const box = await page.getByRole('button', { name: /登记并派单/ }).boundingBox()
    expect((box?.y ?? 9999) + (box?.height ?? 0)).toBeLessThanOrEqual(768)
  })
})

describe('what is typed', () => {
  it('survives a reload and a refusal', async () => {
    await go(`${UNIT}/repair?new=true`)
    await page.getByLabel(/报修内容/).fill('厨房水槽下水管漏水')
    await page.reload()
    await page.getByLabel(/报修内容/).waitFor()
    expect(await page.getByLabel(/报修内容/).inputValue()).toBe('厨房水槽下水管漏水')
  })
})

describe('a score', () => {
  it('is opened from the clause to the evidence to the record', async () => {
    await go(`${UNIT}/scorecards`)
    await page.getByRole('button', { name: '维修' }).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.locator('.drawer').waitFor()
    expect(await faults()).toEqual([])
  })
})
