/** An owner on a phone against the real program: the way in by an invitation, a report with a photo, and how it stands. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { faults, go, PHONE, seat, window } from './session'

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('every page of an owner', () => {
  const pages = [
    '/owner',
    '/owner/new/repair',
    '/owner/new/complaint',
    '/owner/new/guest-pass',
    '/owner/matter/WX-WT-20260409-0001',
    '/owner/me',
  ]
  it.each(pages)('%s has nothing that axe objects to, in both themes and languages', async (path) => {
    for (const look of [
      { theme: 'light', language: 'zh' },
      { theme: 'dark', language: 'en' },
    ] as const) {
      const { page, said, close } = await seat(browser, program, 'customer', { ...PHONE, ...look })
      await go(page, `${program.base}${path}`)
      expect(await faults(page)).toEqual([])
      expect(said).toEqual([])
      await close()
    }
  })
})

describe('an owner', () => {
  it('comes in by an invitation, reports with a photo, sees how it stands and takes it back', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    await go(desk.page, `${program.base}/u/WT/party`)
    await desk.page.getByRole('link', { name: '林女士' }).first().click()
    await desk.page.getByRole('button', { name: '邀请用手机办事' }).click()
    const link = await desk.page.getByText(/\/owner#code=/).textContent()
    await desk.close()

    const { page, said, close } = await window(browser, PHONE)
    await page.goto(`${link}`)
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: '进入' }).click()
    await page.getByRole('button', { name: '报维修' }).click()
    await page.getByLabel('报修内容').fill('厨房给排水水管漏水')
    await page.getByLabel('报修照片').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: PIXEL })
    await page.getByRole('button', { name: '提交' }).click()
    await page.getByRole('heading', { level: 1, name: '已登记' }).waitFor()
    await page.getByText('厨房给排水水管漏水').first().waitFor()
    await page.getByRole('img', { name: '报修照片' }).waitFor()
    expect(await faults(page)).toEqual([])

    await page.getByRole('button', { name: '取消' }).click()
    await page.getByLabel(/取消原因/).fill('自己修好了')
    await page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
    await page.getByRole('heading', { level: 1, name: '已取消' }).waitFor()
    // Nobody was signed in when the page asked who it is: the browser writes that down by itself.
    expect(said.filter((it) => !/401.*\/api\/me/.test(it))).toEqual([])
    await close()
  })

  it('keeps a report without a signal and hands it in with one', async () => {
    const { page, close } = await seat(browser, program, 'customer', PHONE)
    await go(page, `${program.base}/owner/new/opinion`)
    await page.getByLabel(/意见内容/).fill('希望多设晾晒处')
    await page.context().setOffline(true)
    await page.getByRole('button', { name: '提交' }).click()
    await page.getByText('已存手机，有信号自动提交').waitFor()
    await page.context().setOffline(false)
    await page.getByRole('link', { name: /希望多设晾晒处/ }).waitFor()
    await close()
  })

  it('invites a visitor, shows the number, and sees that the gate let him in', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    const { page, said, close } = await seat(browser, program, 'customer', PHONE)
    await go(page, `${program.base}/owner`)
    await page.getByRole('button', { name: '访客通行证' }).click()
    await page.getByLabel(/访客称呼/).fill('表弟')
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    await page.getByLabel(/来访日期/).fill(today)
    await page.getByRole('button', { name: '提交' }).click()
    await page.getByRole('heading', { level: 1, name: '可使用' }).waitFor()
    const number = await page.getByText(/^FK-WT-\d{8}-\d{4}$/).textContent()
    expect(await faults(page)).toEqual([])

    // The gate looks it up by the number that the visitor says.
    const { record } = await desk.ask('GET', `/records/${number}`)
    expect(record.data.visit_on).toBe(today)
    await desk.ask('POST', `/records/${number}/steps/admit`, { data: { gate: '东门' } }, record.version)
    await page.getByRole('heading', { level: 1, name: '已使用' }).waitFor()
    await page.getByText('东门').first().waitFor()
    expect(said).toEqual([])
    await desk.close()
    await close()
  })
})
