/** An owner on a phone against the real program: the way in by an invitation, a report with a photo, and how it stands. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { type Answer, faults, go, PHONE, type Seat, seat, window } from './session'

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
    '/owner/board/notice',
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

/** A picture that somebody of the staff has sent: its digest. */
async function sent(by: Seat): Promise<string> {
  await go(by.page, program.base)
  return by.page.evaluate(async (pixel) => {
    const { csrf } = await (await fetch('/api/me')).json()
    const sent = await fetch('/api/units/WT/attachments?name=board.png', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'x-csrf-token': csrf },
      body: Uint8Array.from(atob(pixel), (it) => it.charCodeAt(0)),
    })
    return (await sent.json()).digest
  }, PIXEL.toString('base64'))
}

/** Tomorrow, or so many days after it, on Shanghai's calendar. */
const tomorrow = (more = 0) => new Date(Date.now() + (32 + 24 * more) * 3_600_000).toISOString().slice(0, 10)

/** A notice as it hangs, with its picture. */
async function posted(desk: Seat, head: Seat): Promise<{ number: string; digest: string }> {
  const digest = await sent(desk)
  const data = { title: '关于水箱清洗的通知', text: '清洗时停水两小时', valid_until: tomorrow() }
  const { record } = await desk.ask('POST', '/records', { kind: 'notice', data })
  await desk.ask('POST', `/records/${record.id}/steps/ask`, {})
  await head.ask('POST', `/records/${record.id}/steps/consent`, {})
  await desk.ask('POST', `/records/${record.id}/steps/post`, { data: { place: 'board', photos: [digest] } })
  return { number: record.number, digest }
}

/** Draws a name on the pad of the form, and waits until it was taken. */
async function sign(page: Page, title: string): Promise<void> {
  const pad = page.getByRole('dialog').getByRole('img', { name: title })
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  if (!box) throw new Error('nowhere to sign')
  await page.mouse.move(box.x + 40, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + 180, box.y + 90)
  const sent = page.waitForResponse((it) => it.url().includes('/attachments'))
  await page.mouse.up()
  await sent
}

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

  it('says when it happened in a complaint, where nothing can be “as soon as possible”', async () => {
    const { page, said, close } = await seat(browser, program, 'customer', PHONE)
    await go(page, `${program.base}/owner/new/complaint`)
    const happened = page.getByLabel(/^发生时间/)
    await happened.fill('2026-01-05T09:30')
    // His own limit may be left out, and that is what it says.
    const limit = page.getByRole('group', { name: /^客户要求期限/ })
    await limit.getByRole('radio', { name: '尽快' }).waitFor()
    expect(await page.getByRole('radio', { name: '尽快' }).count()).toBe(1)
    await page.getByText('办的人先看照片，少跑一趟。').waitFor()
    expect(said).toEqual([])
    await close()
  })

  it('sees where he is signed in, in words that he knows', async () => {
    const { page, close } = await seat(browser, program, 'customer', PHONE)
    await go(page, `${program.base}/owner/me`)
    const sessions = page.getByRole('region', { name: '登录过的设备' })
    await sessions.getByText('Chrome · Linux').first().waitFor()
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

  it('rates once and signs once: another phone of his is told so, and neither is asked again', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    const { page, said, close } = await seat(browser, program, 'customer', PHONE)
    const other = await seat(browser, program, 'customer', PHONE)
    // The other phone hears of nothing, as in a pocket.
    await other.page.route('**/events*', (route) => route.abort())
    const found = async (kind: string, words: string): Promise<string> =>
      (await desk.ask('GET', `/records?kind=${kind}&q=${encodeURIComponent(words)}&open=all`)).records[0].id
    const party = await found('party', '林女士')
    const home = await found('home', '1-1-101')
    const handler = await found('member', '王宁')
    const take = async (record: Answer, name: string, data: object): Promise<Answer> =>
      (await desk.ask('POST', `/records/${record.id}/steps/${name}`, { data }, record.version)).record
    let order = (
      await desk.ask('POST', '/records', {
        kind: 'service-order',
        data: { type: 'service', content: '开通门禁卡', channel: 'phone' },
        links: { party, home },
      })
    ).record
    order = await take(order, 'tell', { told: '带身份证到前台' })
    order = await take(order, 'assign', { handler, promised_by: '2036-01-01T10:00:00+08:00' })
    order = await take(order, 'finish', { result: '卡已开通' })

    for (const it of [page, other.page]) {
      await go(it, `${program.base}/owner/matter/${order.number}`)
      await it.getByRole('button', { name: '回访' }).click()
      await it
        .getByRole('dialog')
        .getByRole('group', { name: /^是否满意/ })
        .waitFor()
    }
    const rate = async (it: Page, answer: string) => {
      await it.getByRole('dialog').getByRole('radio', { name: answer }).check()
      await it.getByRole('dialog').getByRole('button', { name: '回访', exact: true }).click()
    }
    await rate(page, '是')
    await page.getByRole('heading', { level: 1, name: '已回访' }).waitFor()
    await page.getByText('是否满意 是').waitFor()
    // Not offered again.
    await page.getByRole('button', { name: '回访' }).waitFor({ state: 'detached' })
    await rate(other.page, '否')
    await other.page.getByText(/^您 .*已经办过“回访”$/).waitFor()
    await other.page.getByRole('dialog').getByText('是否满意 是').waitFor()
    expect(await faults(other.page)).toEqual([])
    await other.page.getByRole('button', { name: '知道了' }).click()
    await other.page.getByRole('heading', { level: 1, name: '已回访' }).waitFor()
    const { record } = await desk.ask('GET', `/records/${order.id}`)
    expect([record.data.satisfied, record.version]).toEqual([true, order.version + 1])

    let matter = (
      await desk.ask('POST', '/records', {
        kind: 'complaint',
        data: {
          happened_at: '2026-11-20',
          place: '1 栋',
          against: '保洁',
          course: '楼道两天没有扫',
          demand: '按时清扫',
          contact: '林女士',
          phone: '13800000001',
          subject: 'cleaning',
        },
        links: { complainant: party, home },
      })
    ).record
    matter = await take(matter, 'solve', { measures: '补扫，查岗', result: '已扫净' })
    matter = await take(matter, 'tell-result', { feedback: '已电话告知', answer_way: 'phone' })
    matter = await take(matter, 'follow-up', { way: 'phone', satisfied: true })
    await go(page, `${program.base}/owner/matter/${matter.number}`)
    await page.getByRole('button', { name: '签字封闭' }).click()
    await sign(page, '投诉人签字')
    await page.getByRole('dialog').getByRole('button', { name: '签字封闭', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('img', { name: '投诉人签字' }).waitFor()
    // Not offered again, as soon as the page has read how it stands.
    await page.getByRole('button', { name: '签字封闭' }).waitFor({ state: 'detached' })
    expect(await faults(page)).toEqual([])
    // A refusal is written down by the browser itself.
    expect([...said, ...other.said].filter((it) => !/409|ERR_FAILED/.test(it))).toEqual([])
    await desk.close()
    await other.close()
    await close()
  })

  it('reads a notice with its picture, says so once, and the desk sees who has read it', async () => {
    const desk = await seat(browser, program, 'wt-desk')
    const head = await seat(browser, program, 'wt-manager')
    const { number, digest } = await posted(desk, head)

    const { page, said, close } = await seat(browser, program, 'customer', PHONE)
    await go(page, `${program.base}/owner`)
    const row = page.getByRole('region', { name: '通知' }).getByRole('link', { name: /关于水箱清洗的通知/ })
    await row.getByText('未读').waitFor()
    await row.click()
    await page.getByRole('heading', { level: 1, name: '关于水箱清洗的通知' }).waitFor()
    await page.getByText('清洗时停水两小时').waitFor()
    await page.getByRole('img', { name: '张贴照片 1' }).waitFor()
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: '我已阅读' }).click()
    await page.getByText(/^您已阅/).waitFor()
    await page.getByRole('button', { name: '‹ 返回' }).click()
    await page.getByRole('button', { name: '全部通知' }).click()
    await page.getByRole('heading', { level: 1, name: '通知' }).waitFor()
    // No longer unread: where that stood, its state does.
    await page.getByRole('link', { name: /关于水箱清洗的通知.*已张贴/ }).waitFor()
    expect(await faults(page)).toEqual([])
    // The picture is his to see through the notice, and the record is not.
    const fetch = (path: string) => page.evaluate((it) => globalThis.fetch(it).then((got) => got.status), path)
    expect(await fetch(`/api/units/WT/attachments/${digest}`)).toBe(200)
    expect(said).toEqual([])
    await close()

    await go(desk.page, `${program.base}/u/WT/notice/${number}`)
    const readers = desk.page.getByRole('region', { name: '通知已阅' })
    await readers.getByText(/^1 人已阅/).waitFor()
    await readers.getByRole('link', { name: '林女士' }).waitFor()
    await head.close()
    await desk.close()
  })

  it('enrols for an activity with how many come, sees the places go, and gives them back', async () => {
    const steward = await seat(browser, program, 'wt-steward-1')
    const director = await seat(browser, program, 'director')
    const picture = await sent(steward)
    const data = { title: '邻里长桌宴', held_on: tomorrow(20), venue: '中心广场' }
    const { record } = await steward.ask('POST', '/records', { kind: 'activity', data })
    const take = (by: Seat, name: string, data: object) =>
      by.ask('POST', `/records/${record.id}/steps/${name}`, { data })
    await take(steward, 'submit', { scheme: '分工与流程' })
    await take(director, 'approve', {})
    await take(steward, 'announce', { announcement: [picture], enrol_until: tomorrow(10), places: 3 })

    const { page, said, close } = await seat(browser, program, 'customer', PHONE)
    await go(page, `${program.base}/owner`)
    await page
      .getByRole('region', { name: '社区活动' })
      .getByRole('link', { name: /邻里长桌宴/ })
      .click()
    await page.getByRole('heading', { level: 1, name: '邻里长桌宴' }).waitFor()
    await page.getByText('中心广场').waitFor()
    await page.getByRole('button', { name: '报名' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel(/^人数/).fill('2')
    expect(await faults(page)).toEqual([])
    await form.getByRole('button', { name: '报名', exact: true }).click()
    const own = page.getByRole('button', { name: '您的活动报名：已报名' })
    await own.waitFor()
    await page.getByText('已报名人数').waitFor()
    expect(await faults(page)).toEqual([])
    await go(steward.page, `${program.base}/u/WT/activity/${record.number}`)
    await steward.page.getByRole('region', { name: '活动报名' }).getByRole('link').waitFor()

    await own.click()
    await page.getByRole('heading', { level: 1, name: '已报名' }).waitFor()
    await page.getByRole('button', { name: '取消报名' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '取消报名' }).click()
    await page.getByRole('heading', { level: 1, name: '已取消' }).waitFor()
    expect((await steward.ask('GET', `/records/${record.id}`)).record.data.enrolled).toBe(0)
    expect(said).toEqual([])
    await director.close()
    await steward.close()
    await close()
  })
})

/** What the page says when a repair is rated, in both languages. */
const RATING = [
  {
    language: 'zh',
    words: {
      rate: '评价',
      rating: /^评价/,
      mark: '满意',
      said: '评价 满意',
      opinion: /^评价意见/,
      sign: '评价签字',
      desk: /Ctrl|不是现在发生的/,
    },
  },
  {
    language: 'en',
    words: {
      rate: 'Rate',
      rating: /^Rating/,
      mark: 'Satisfied',
      said: 'Rating Satisfied',
      opinion: /^In your words/,
      sign: 'Signature of the rating',
      desk: /Ctrl|It did not happen now/,
    },
  },
] as const

describe('an owner whose repair is done', () => {
  it.each(RATING)('rates it and signs on his own phone, once, and the follow-up stays owed ($language)', async (it) => {
    const { words, language } = it
    const desk = await seat(browser, program, 'wt-desk')
    const engineer = await seat(browser, program, 'wt-eng-1')
    const found = async (kind: string, q: string): Promise<string> =>
      (await desk.ask('GET', `/records?kind=${kind}&q=${encodeURIComponent(q)}&open=all`)).records[0].id
    const { record: order } = await desk.ask('POST', '/records', {
      kind: 'repair',
      data: { urgency: 'normal', scope: 'home', subject: 'water', fault: '阳台水龙头滴水' },
      links: { home: await found('home', '1-1-101'), reporter: await found('party', '林女士') },
    })
    const take = (by: Seat, name: string, data: object = {}) =>
      by.ask('POST', `/records/${order.id}/steps/${name}`, { data })
    await take(desk, 'send')
    await take(engineer, 'accept', { engineer: await found('member', '赵朔') })
    await take(engineer, 'arrive')
    await take(engineer, 'start')
    await take(engineer, 'complete', { result: 'done', work_done: '换了阀芯' })

    const { page, said, close } = await seat(browser, program, 'customer', { ...PHONE, language })
    await go(page, `${program.base}/owner/matter/${order.number}`)
    await page.getByRole('button', { name: words.rate, exact: true }).click()
    const form = page.getByRole('dialog')
    await form.getByRole('group', { name: words.rating }).getByRole('radio', { name: words.mark, exact: true }).check()
    await form.getByLabel(words.opinion).fill('师傅来得快')
    await sign(page, words.sign)
    // What is printed for a keyboard, and what only a desk writes down, is not for him.
    expect(await form.getByText(words.desk).count()).toBe(0)
    expect(await faults(page)).toEqual([])
    await form.getByRole('button', { name: words.rate, exact: true }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByText(words.said).waitFor()
    await page.getByText('师傅来得快').waitFor()
    await page.getByRole('img', { name: words.sign }).waitFor()
    await page.getByRole('button', { name: words.rate, exact: true }).waitFor({ state: 'detached' })
    expect(await faults(page)).toEqual([])
    const whole = await desk.ask('GET', `/records/${order.id}`)
    expect([whole.record.state, whole.record.data.rating]).toEqual(['completed', 'good'])
    expect(whole.duties.to_do.map((one: Answer) => one.duty)).toContain('follow-up')
    expect(said).toEqual([])
    for (const who of [desk, engineer]) await who.close()
    await close()
  })
})
