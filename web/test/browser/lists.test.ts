/** Lists: one step on several records, and the list as a file. */

import { readFileSync } from 'node:fs'
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

const size = { width: 1366, height: 768 }

it('takes one step on several homes; the one that somebody was quicker with stays chosen, with what was typed', async () => {
  const { page, said, close } = await seat(browser, program, 'wt-supervisor', size)
  await go(page, `${program.base}/u/WT/home`)
  await page.getByRole('button', { name: '批量办理' }).click()
  for (const row of [1, 2, 3]) await page.getByRole('row').nth(row).getByRole('checkbox').check()
  await page.getByText('已选 3 条').waitFor()
  expect(await faults(page)).toEqual([])
  await page.getByRole('button', { name: '排走访轮次' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('排走访轮次 · 3 条').waitFor()
  await sheet.getByLabel('走访轮次（周）').fill('2')
  await sheet.getByLabel('走访轮次（星期）').fill('3')
  // A colleague is quicker with the first of them.
  const path = await page.getByRole('row').nth(1).getByRole('link').first().getAttribute('href')
  const other = await seat(browser, program, 'wt-lead', size)
  await go(other.page, `${program.base}${path}?step=plan-visit`)
  await other.page.getByLabel('走访轮次（周）').fill('5')
  await other.page.getByLabel('走访轮次（星期）').fill('1')
  await other.page.keyboard.press('Control+Enter')
  await other.page.getByLabel('走访轮次（周）').waitFor({ state: 'detached' })
  await other.close()

  await page.keyboard.press('Control+Enter')
  await sheet.getByText('已办 2 条，1 条没有办成').waitFor()
  await sheet.getByText('排走访轮次 · 1 条').waitFor()
  expect(await sheet.getByLabel('走访轮次（周）').inputValue()).toBe('2')
  expect(await faults(page)).toEqual([])
  // The list has the new version by now: taken again it is taken.
  await page.keyboard.press('Control+Enter')
  await sheet.waitFor({ state: 'detached' })
  await page.getByText('已办 1 条').waitFor()
  expect(said).toEqual([])
  await close()
})

it('is taken out as a file by whoever may, filtered as it is', async () => {
  const { page, said, close } = await seat(browser, program, 'wt-supervisor', size)
  await go(page, `${program.base}/u/WT/repair?open=all&q=${encodeURIComponent('浴霸')}`)
  const coming = page.waitForEvent('download')
  await page.getByRole('group', { name: '导出' }).getByRole('link', { name: 'CSV' }).click()
  const file = await (await coming).path()
  const text = readFileSync(file, 'utf8')
  expect(text.split('\n').filter((line) => line.includes('WX-WT-'))).toHaveLength(
    (await page.getByRole('row').count()) - 1,
  )
  expect(text).toContain('浴霸')
  expect(said).toEqual([])
  await close()

  const engineer = await seat(browser, program, 'wt-eng-1', size)
  await go(engineer.page, `${program.base}/u/WT/repair`)
  expect(await engineer.page.getByRole('group', { name: '导出' }).count()).toBe(0)
  await engineer.close()
})
