/** Whole days of the people of section 1, each by the words that stand on the screen. One company for all of them: they work on each other's records. */

import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { type Answer, faults, go, PHONE, type Seat, seat } from './session'

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

    // The phone has the pages once it says so.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
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

/** A record as it came to stand before the day begins. */
const opened = async (by: Seat, kind: string, data: object, links: object = {}): Promise<Answer> =>
  (await by.ask('POST', '/records', { kind, data, links })).record
const step = async (by: Seat, record: Answer, name: string, data: object = {}): Promise<Answer> =>
  (await by.ask('POST', `/records/${record.id}/steps/${name}`, { data }, record.version)).record
const found = async (by: Seat, kind: string, words: string): Promise<string> =>
  (await by.ask('GET', `/records?kind=${kind}&q=${encodeURIComponent(words)}&open=all`)).records[0].id

/** Chooses a record in a field that looks for one. */
async function pick(on: Page | Locator, label: string | RegExp, typed: string): Promise<void> {
  const box = on.getByRole('combobox', { name: label })
  await box.click()
  await box.fill(typed)
  await on
    .getByRole('option', { name: new RegExp(typed) })
    .first()
    .click()
}

describe('a supervisor', () => {
  it('writes the daily check down, and looks into a duty that was missed', async () => {
    const { page, said, close } = await seat(browser, program, 'wt-supervisor')
    await go(page, `${program.base}/u/WT/conduct-check?new=true`)
    const sheet = page.getByRole('dialog')
    await sheet
      .getByRole('group', { name: /^检查内容/ })
      .getByRole('radio', { name: '仪容仪表' })
      .check()
    await sheet.getByLabel(/^检查方式/).selectOption({ label: '每日检查' })
    await sheet.getByLabel(/^检查时间/).fill('2026-11-20T09:00')
    await pick(sheet, /^被检查人/, '王宁')
    await sheet
      .getByRole('group', { name: /^符合规范/ })
      .getByRole('radio', { name: '是' })
      .check()
    await button(sheet, '记录检查').click()
    await page.getByRole('heading', { level: 1, name: /仪容仪表/ }).waitFor()
    await page.getByRole('region', { name: '经过' }).getByText('记录检查').first().waitFor()

    await go(page, `${program.base}/u/WT/repair/WX-WT-20260305-0001`)
    const duties = page.getByRole('region', { name: '应办与得分' })
    const line = duties.getByRole('listitem').filter({ hasText: '限时送单' })
    await line.getByText('未达成').waitFor()
    await button(line, '复核').click()
    await line.getByLabel('限时送单：为什么不计').fill('当时全网停电，有公告')
    expect(await faults(page)).toEqual([])
    await button(line, '免责：不计').click()
    await line.getByText('免责', { exact: true }).waitFor()
    await page.getByText('当时全网停电，有公告').first().waitFor()
    expect(said).toEqual([])
    await close()
  })
})

describe('an engineering lead at the desk', () => {
  it('completes an order that its reporter signed beside', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    const lead = await seat(browser, program, 'wt-eng-lead')
    const home = await found(desk, 'home', '1-1-102')
    const reporter = await found(desk, 'party', '周先生')
    let order = await opened(
      desk,
      'repair',
      { urgency: 'normal', scope: 'home', subject: 'water', fault: '洗手盆下水慢' },
      { home, reporter },
    )
    order = await step(desk, order, 'send')
    order = await step(lead, order, 'accept', { engineer: await found(lead, 'member', '陈川') })
    order = await step(lead, order, 'arrive')
    order = await step(lead, order, 'start')
    const { page, said } = lead
    await go(page, `${program.base}/u/WT/repair/${order.number}?step=complete`)
    const sheet = page.getByRole('dialog')
    await sheet
      .getByRole('group', { name: /^维修结果/ })
      .getByRole('radio', { name: '已修复' })
      .check()
    await sheet.getByLabel(/^维修记录/).fill('疏通，试水正常')
    await sheet
      .getByRole('group', { name: /会签.*周先生/ })
      .getByRole('radio', { name: '当面手签' })
      .check()
    expect(await faults(page)).toEqual([])
    await send(page, '完工')
    const journal = await lead.ask('GET', `/records/${order.id}/journal`)
    const entry = journal.entries.find((one: Answer) => one.step === 'complete')
    expect(entry.signatures.map((one: Answer) => [one.by.id, one.how])).toEqual([[reporter, 'drawn']])
    expect(said).toEqual([])
    await desk.close()
    await lead.close()
  })
})

describe('an engineer with the phone in hand', () => {
  it('hands it to the receiver, who reads what was done and draws his name, with no signal at all', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    const engineer = await seat(browser, program, 'wt-eng-1', PHONE)
    const { page, said } = engineer
    const home = await found(desk, 'home', '1-1-102')
    const reporter = await found(desk, 'party', '周先生')
    let order = await opened(
      desk,
      'repair',
      { urgency: 'normal', scope: 'home', subject: 'water', fault: '厨房角阀滴水' },
      { home, reporter },
    )
    order = await step(desk, order, 'send')
    order = await step(engineer, order, 'accept', { engineer: await found(engineer, 'member', '赵朔') })
    order = await step(engineer, order, 'arrive')
    order = await step(engineer, order, 'start')
    await go(page, `${program.base}/field`)
    await button(page, /厨房角阀滴水/)
      .or(page.getByRole('region', { name: /厨房角阀滴水/ }))
      .first()
      .click()
    await button(page, /^完工/).waitFor()
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await page.context().setOffline(true)
    await page.getByText('无信号，照常检查。').waitFor()
    await button(page, /^完工/).click()
    const sheet = page.getByRole('dialog').first()
    await sheet
      .getByRole('group', { name: /^维修结果/ })
      .getByRole('radio', { name: '已修复' })
      .check()
    await sheet.getByLabel(/^维修记录/).fill('换了角阀')
    const draw = async () => {
      await button(page, /^(递给周先生签字|重签)$/).click()
      const pad = page.getByRole('dialog', { name: '请周先生签字' })
      await pad.getByText('换了角阀', { exact: false }).waitFor()
      expect(await faults(page)).toEqual([])
      const box = await pad.getByRole('img', { name: '请周先生签字' }).boundingBox()
      if (!box) throw new Error('nowhere to sign')
      await page.mouse.move(box.x + 60, box.y + 60)
      await page.mouse.down()
      await page.mouse.move(box.x + 150, box.y + 110)
      await page.mouse.move(box.x + 240, box.y + 50)
      await page.mouse.up()
      await button(pad, '签好了').click()
      await sheet.getByText(/^周先生 .*当面手签$/).waitFor()
    }
    await draw()
    // What he signed for was changed: his name does not stand for it.
    await sheet.getByLabel(/^维修记录/).fill('换了角阀，试水正常')
    await button(sheet, '完工').click()
    await sheet.getByText('– 签字以后内容改了，请对方再看一遍、再签一次。').waitFor()
    await draw()
    expect(await faults(page)).toEqual([])
    await button(sheet, '完工').click()
    await page.getByText('本机存 1 项').waitFor()
    await page.reload()
    await page.getByText('本机存 1 项').waitFor()
    await page.context().setOffline(false)
    await page.getByText('已同步').waitFor()

    const journal = await desk.ask('GET', `/records/${order.id}/journal`)
    const entry = journal.entries.find((one: Answer) => one.step === 'complete')
    expect(entry.signatures.map((one: Answer) => [one.by.id, one.how])).toEqual([[reporter, 'drawn']])
    expect(entry.data.owner_signature).toMatch(/^sha256:/)
    await go(desk.page, `${program.base}/u/WT/repair/${order.number}`)
    const line = desk.page.getByRole('region', { name: '经过' })
    await line.getByText('会签 周先生 当面手签').waitFor()
    await line.getByRole('img', { name: '业主签字' }).waitFor()
    expect(await faults(desk.page)).toEqual([])
    expect([...desk.said, ...said].filter((it) => !/ERR_INTERNET_DISCONNECTED/.test(it))).toEqual([])
    await desk.close()
    await engineer.close()
  })
})

describe('a manager', () => {
  it('begins with the morning page, agrees to an activity, sends another back, and covers a gap in the roster', async () => {
    const lead = await seat(browser, program, 'wt-lead')
    for (const title of ['中秋灯会', '泼水节']) {
      const activity = await opened(lead, 'activity', { title, held_on: '2036-09-20' })
      await step(lead, activity, 'submit', { scheme: '方案、人员、预算' })
    }
    await lead.close()
    const { page, said, close } = await seat(browser, program, 'wt-manager')
    await go(page, `${program.base}/u/WT`)
    for (const title of ['中秋灯会', '泼水节']) {
      await page
        .getByRole('link', { name: '首页' })
        .or(page.getByRole('link', { name: '我的应办' }))
        .first()
        .click()
      await page.getByRole('listitem').filter({ hasText: title }).getByRole('link').first().click()
      const asked = page.getByRole('region', { name: '方案审批' })
      await asked.getByText(/等 .*主任.* 的意见/).waitFor()
      if (title === '泼水节') {
        await button(asked, '退回').click()
        await asked.getByText('– 退回要写原因').waitFor()
        await asked.getByLabel('意见').fill('天冷，改到夏天')
        expect(await faults(page)).toEqual([])
        await button(asked, '退回').click()
        await page.getByText('已计划').first().waitFor()
        await page.getByText('天冷，改到夏天').first().waitFor()
      } else {
        await button(asked, '同意').click()
        await asked.getByText(/等 .*总监.* 的意见/).waitFor()
      }
    }
    await go(page, `${program.base}/u/WT`)
    await button(page, /排班缺口/).click()
    const gap = page
      .getByRole('listitem')
      .filter({ hasText: /没有人当班/ })
      .last()
    const told = await gap.innerText()
    await gap.getByRole('link', { name: '排班' }).click()
    const sheet = page.getByRole('dialog')
    await pick(sheet, /^员工/, '李安')
    const day = new Date(Date.now() + 8 * 3_600_000 + (/明天/.test(told) ? 86_400_000 : 0)).toISOString().slice(0, 10)
    const [from = '', until = ''] = [...told.matchAll(/\d{1,2}:\d\d/g)].map((it) => it[0].padStart(5, '0'))
    await sheet.getByLabel(/^上班/).fill(`${day}T${from}`)
    await sheet.getByLabel(/^下班/).fill(`${day}T${until}`)
    await button(sheet, '排班').click()
    await page.getByRole('region', { name: '经过' }).waitFor()
    await go(page, `${program.base}/u/WT`)
    await button(page, /排班缺口/).click()
    await page.getByText(told.split('\n')[0] ?? '').waitFor({ state: 'detached' })
    expect(said).toEqual([])
    await close()
  })
})

describe('a steward', () => {
  it('counts a household from the list of the day, plans a visit and makes it', async () => {
    const { page, said, close } = await seat(browser, program, 'wt-steward-1')
    await go(page, `${program.base}/u/WT`)
    await page.getByRole('listitem').filter({ hasText: '普查' }).first().getByRole('button').click()
    // The list has buttons of the same name: the household's own page first.
    await page.getByRole('region', { name: '经过' }).waitFor()
    await button(page, /^普查/).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByLabel(/^居住人数/).fill('3')
    await sheet.getByRole('group', { name: /^结果/ }).getByRole('radio', { name: '无变化' }).check()
    await send(page, '普查')
    await page.getByRole('region', { name: '经过' }).getByText('普查').first().waitFor()

    await go(page, `${program.base}/u/WT/visit?new=true`)
    await pick(sheet, /^房屋/, '1-1-103')
    await sheet.getByLabel(/^计划日期/).fill(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10))
    await button(sheet, '计划').click()
    await page.getByText('已计划').first().waitFor()
    await button(page, /^走访/).click()
    await sheet.getByRole('group', { name: /^方式/ }).getByRole('radio', { name: '面谈' }).check()
    await sheet.getByLabel(/^走访内容/).fill('问了供暖，都好')
    await send(page, '走访')
    await page.getByText('已走访').first().waitFor()
    expect(await faults(page)).toEqual([])
    expect(said).toEqual([])
    await close()
  })
})

describe('an owner', () => {
  it('sees who has his matter, that it is done, and what was said of it', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    const engineer = await seat(browser, program, 'wt-eng-1')
    const owner = await seat(browser, program, 'customer', PHONE)
    const home = await found(desk, 'home', '1-1-101')
    const reporter = await found(desk, 'party', '林女士')
    let order = await opened(
      desk,
      'repair',
      { urgency: 'normal', scope: 'home', subject: 'water', fault: '阳台地漏堵了' },
      { home, reporter },
    )
    order = await step(desk, order, 'send')
    order = await step(engineer, order, 'accept', { engineer: await found(engineer, 'member', '赵朔') })
    const { page, said } = owner
    await go(page, `${program.base}/owner`)
    await page.getByRole('link', { name: /阳台地漏堵了/ }).click()
    await page.getByRole('heading', { level: 1, name: /^赵朔在办/ }).waitFor()
    order = await step(engineer, order, 'arrive')
    order = await step(engineer, order, 'start')
    await step(engineer, order, 'complete', { result: 'done', work_done: '疏通，试水正常' })
    await page.getByRole('heading', { level: 1, name: /已完工/ }).waitFor()
    await page.getByText('疏通，试水正常').waitFor()
    expect(await faults(page)).toEqual([])
    expect(said).toEqual([])
    for (const who of [desk, engineer, owner]) await who.close()
  })
})
