/** The first page of the desk: what a manager looks at in the morning, and every lost point in one sentence. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { faults, go, PHONE, seat } from './session'

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

describe('the morning of a manager', () => {
  it('shows what is late, unheld, not covered and was missed, and each figure opens its rows', async () => {
    for (const look of [
      { theme: 'light', language: 'zh' },
      { theme: 'dark', language: 'en', width: 1366, height: 768 },
      { ...PHONE, language: 'zh' },
    ] as const) {
      const { page, said, close } = await seat(browser, program, 'wt-manager', look)
      await go(page, `${program.base}/u/WT`)
      const late = page.getByRole('button', { name: look.language === 'zh' ? /已超，仍要补做/ : /overdue and still/ })
      // Nothing beside the name of the project pushes the page sideways or cuts the name.
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBe(0)
      expect(
        await page.locator('.brand-unit').evaluate((it) => it.scrollWidth - it.clientWidth),
        'the whole name of the project',
      ).toBe(0)
      await late.click()
      await page.locator('.morning-row').first().waitFor()
      expect(await faults(page)).toEqual([])
      expect(said).toEqual([])
      await close()
    }
  })

  it('leads from a figure to a record', async () => {
    const { page, close } = await seat(browser, program, 'wt-manager')
    await go(page, `${program.base}/u/WT`)
    await page.getByRole('button', { name: /没有人负责/ }).click()
    await page.locator('.morning-row a').first().click()
    await page.getByRole('region', { name: '经过' }).waitFor()
    await close()
  })

  it('is not shown to who has no scores to watch', async () => {
    const { page, close } = await seat(browser, program, 'wt-steward-1')
    await go(page, `${program.base}/u/WT`)
    await page.getByText('我的考核').first().waitFor()
    expect(await page.getByText('早上先看').count()).toBe(0)
    await close()
  })
})

describe('the bell', () => {
  it('rings when a duty comes to somebody, leads to its record, and is quiet once it was read', async () => {
    const lead = await seat(browser, program, 'wt-supervisor')
    const { page, said, close } = await seat(browser, program, 'wt-steward-2')
    await go(page, `${program.base}/u/WT`)
    const { record } = await lead.ask('POST', '/records', {
      kind: 'repair',
      data: { urgency: 'normal', scope: 'public', subject: 'electric', fault: '门厅灯不亮', place: '1 栋门厅' },
    })
    await lead.ask(
      'POST',
      `/records/${record.id}/hand-over`,
      { from: 'wt-supervisor', to: 'wt-steward-2', second: 'wt-lead', reason: '交班' },
      record.version,
    )
    await page.getByLabel(/^提醒，[1-9]\d* 条未读/).click()
    expect(await faults(page)).toEqual([])
    const told = page.getByRole('region', { name: '提醒' }).getByRole('listitem').filter({ hasText: '转由您办' })
    await told.getByText('未读').waitFor()
    await told.getByRole('link', { name: new RegExp(record.number) }).click()
    await page.getByText('门厅灯不亮').first().waitFor()
    await page
      .getByLabel(/^提醒，/)
      .first()
      .click()
    await told.waitFor()
    await told.getByText('未读').waitFor({ state: 'detached' })
    expect(said).toEqual([])
    await lead.close()
    await close()
  })
})
