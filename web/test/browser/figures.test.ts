/** Charts: each mark and each number opens the rows that it counts. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
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

const days = 'kind=repair&by=month&from=2026-02-01&to=2026-03-31'

for (const [language, theme] of [
  ['zh', 'light'],
  ['en', 'dark'],
] as const) {
  it(`counts what came in and what was kept, in ${language}`, async () => {
    const size = { width: 1366, height: 768, language, theme }
    const { page, said, close } = await seat(browser, program, 'wt-manager', size)
    await go(page, `${program.base}/u/WT/figures?${days}`)
    await page.locator('.chart svg').nth(1).waitFor()
    expect(await faults(page)).toEqual([])
    expect(said).toEqual([])
    await close()
  })
}

it('opens the records behind a number, and no others', async () => {
  const { page, said, close } = await seat(browser, program, 'wt-manager', { width: 1366, height: 768 })
  await go(page, `${program.base}/u/WT/figures?${days}`)
  const opened = page.getByRole('row').filter({ hasText: '2026 年 3 月' }).getByRole('link')
  const count = await opened.textContent()
  await opened.click()
  await page.getByText(`共 ${count} 条`).waitFor()
  // The condition stands above the list, and can be taken off.
  await page.getByLabel('2026-03-01 至 2026-03-31 登记').click()
  await page.getByText(`共 ${count} 条`).waitFor({ state: 'detached' })
  expect(said).toEqual([])
  await close()
})

it('opens the duties behind a bar, and each leads to its record', async () => {
  const { page, said, close } = await seat(browser, program, 'wt-manager', { width: 1366, height: 768 })
  await go(page, `${program.base}/u/WT/figures?${days}`)
  const chart = page.getByRole('img', { name: '时限判定' })
  await chart.locator('svg').waitFor()
  // The foot of the stack is what was met.
  const box = await chart.boundingBox()
  if (!box) throw new Error('no chart')
  await page.mouse.click(box.x + box.width * 0.76, box.y + box.height * 0.85)
  const sheet = page.getByRole('dialog')
  const title = await sheet.getByRole('heading').textContent()
  expect(title).toMatch(/^2026 年 3 月 · 达成 \d+ 项$/)
  const count = Number(/(\d+) 项/.exec(title ?? '')?.[1])
  await sheet
    .getByRole('listitem')
    .nth(count - 1)
    .waitFor()
  expect(await sheet.getByRole('listitem').count()).toBe(count)
  expect(await faults(page)).toEqual([])
  const link = sheet.getByRole('link').first()
  const number = (await link.textContent())?.split(' ')[0] ?? '?'
  await link.click()
  await page.waitForURL(`**/u/WT/repair/${number}`)
  await page.goBack()
  await page.getByRole('dialog').waitFor()
  expect(said).toEqual([])
  await close()
})

it('says what is wrong with too many days', async () => {
  const { page, close } = await seat(browser, program, 'wt-manager', { width: 1366, height: 768 })
  await go(page, `${program.base}/u/WT/figures?kind=repair&by=day&from=2026-01-01&to=2026-03-31`)
  await page.getByText('所选日期超过 62 段').waitFor()
  await page.getByLabel('每一格').selectOption('week')
  await page.getByRole('img', { name: /新登记的/ }).waitFor()
  await close()
})
