/** Whole days of the people of section 1, each by the words that stand on the screen. One company for all of them: they work on each other's records. */

import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { type Answer, faults, go, PHONE, seat } from './session'

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
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const photo = (name: string) => ({ name, mimeType: 'image/png', buffer: PIXEL })

const button = (on: Page | Locator, name: string | RegExp) =>
  on.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })

/** Submits the sheet by the button that says so; it closes once the step is taken or kept. */
async function send(page: Page, name: string): Promise<void> {
  const sheet = page.getByRole('dialog')
  await button(sheet, name).click()
  await sheet.waitFor({ state: 'detached' })
}

describe('an inspector on the phone', () => {
  const COUNT = (met: number, failed: number, out: number, left: number) =>
    `符合 ${met} · 不符合 ${failed} · 不适用 ${out} · 还剩 ${left} 项`

  /** The items that the place does not have are answered already. */
  const counted = async (page: Page): Promise<number[]> => {
    const text = (await page.getByText(/^符合 \d+ · 不符合/).innerText()) ?? ''
    return [...text.matchAll(/\d+/g)].map((it) => Number(it[0]))
  }

  it('walks through a standard with no signal; what was cut in mid-upload comes back complete, and the score follows', async () => {
    const inspector = await seat(browser, program, 'inspector', PHONE)
    const { page, said } = inspector
    await go(page, `${program.base}/field`)
    await button(page, /梧桐苑.*月度品质检查/)
      .first()
      .click()
    const number = /PJ-WT-\d{6}-\d\d/.exec(await page.getByRole('region').first().innerText())?.[0] ?? ''
    await button(page, '逐项检查 60 项').click()
    await page
      .getByText('第 1 项')
      .or(page.getByRole('region', { name: '第 1 项，共 60 项' }))
      .first()
      .waitFor()
    expect(await faults(page)).toEqual([])
    const [, , out = 0, left = 0] = await counted(page)
    expect(out).toBeGreaterThan(0)

    await page.context().setOffline(true)
    await page.getByText('无信号，照常检查。').waitFor()
    await button(page, '符合').click()
    await button(page, '不适用').click()
    await button(page, '不符合').click()
    const sheet = page.getByRole('dialog')
    await button(sheet, '登记问题项').click()
    await sheet.getByText(/^– .*情况/).waitFor()
    await sheet.getByLabel('照片').setInputFiles(photo('one.png'))
    await sheet.getByLabel('照片').setInputFiles(photo('two.png'))
    await sheet.getByLabel(/^情况/).fill('公示栏缺收费标准')
    expect(await faults(page)).toEqual([])
    await send(page, '登记问题项')
    await page.getByText(COUNT(1, 1, out + 1, left - 3)).waitFor()
    await page.getByText('本机存 1 项、2 张照片。').waitFor()

    // The browser is closed, and opened again where there still is no signal.
    await page.reload()
    await page.getByText(COUNT(1, 1, out + 1, left - 3)).waitFor()
    for (let n = 0; n < left - 3; n += 1) await button(page, '符合').click()
    await button(page, '汇总并提交').click()
    expect(await sheet.getByLabel(/^差距/).inputValue()).toContain('公示栏缺收费标准')
    await sheet.getByRole('checkbox', { name: '现场查看' }).check()
    await sheet.getByLabel(/^好的做法/).fill('大堂有人迎送')
    await send(page, '检查')
    await page.getByText('本机存 2 项').waitFor()

    // There is a signal, and it goes away in mid-upload: one photo arrives, nothing else does.
    let arrived = 0
    await page.route('**/api/**', (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      if (route.request().url().includes('/attachments') && arrived === 0) {
        arrived += 1
        return route.continue()
      }
      return route.abort()
    })
    const sent = page.waitForResponse((it) => it.url().includes('/attachments'))
    await page.context().setOffline(false)
    await sent
    await page.unroute('**/api/**')
    await page.reload()
    await page.getByText('已同步').waitFor()

    const { record } = await inspector.ask('GET', `/records/${number}`)
    expect(record.state).toBe('inspected')
    const { records } = await inspector.ask('GET', `/records?kind=finding&q=${encodeURIComponent('公示栏缺收费标准')}`)
    expect(records.length, 'handed in once').toBe(1)
    const finding = (await inspector.ask('GET', `/records/${records[0].id}`)).record
    expect(finding.data.photos.length).toBe(2)
    expect(finding.data.standard).toBe('onsite-inspection-60')
    const month = String(finding.opened_at).slice(0, 7)
    const { cards } = await inspector.ask('GET', `/scorecards?standard=onsite-inspection-60&period=${month}`)
    const clause = cards[0].clauses.find((one: Answer) => one.clause === finding.data.clause)
    expect(Number(clause.points), 'the item that was not in order').toBeLessThan(Number(clause.full))
    expect(said.filter((it) => !/ERR_(INTERNET_DISCONNECTED|FAILED)/.test(it))).toEqual([])
    await inspector.close()
  })
})
