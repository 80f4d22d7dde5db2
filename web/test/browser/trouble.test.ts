/** What goes wrong on an ordinary day: two people on one record, no network, a wrong clock, large photos, odd texts. Nothing typed is lost. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { type Answer, go, PHONE, type Seat, seat } from './session'

const UNIT = '/u/WT'
/** Thirty signs, some of them outside the basic plane, as names of people have them. */
const RARE = '𠮷𡈽𠀋㛃䶮𬭚𫖯𣗋𨭎𪚥'.repeat(3)

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

const fresh = (desk: Seat, fault: string): Promise<Answer> =>
  desk.ask('POST', '/records', {
    kind: 'repair',
    data: { urgency: 'normal', scope: 'public', subject: 'water', fault },
    links: {},
  })

const step = (who: Seat, record: Answer, name: string, data: object = {}): Promise<Answer> =>
  who.ask('POST', `/records/${record.id}/steps/${name}`, { data }, record.version).then((taken: Answer) => taken.record)

it('two people on one record: the second sees what the first did and keeps what he wrote', async () => {
  const first = await seat(browser, program, 'wt-desk')
  const second = await seat(browser, program, 'wt-lead')
  const { record } = await fresh(first, '楼道灯不亮')
  // The second one's page hears of nothing, as behind a proxy that holds the stream back.
  await second.page.route('**/events*', (route) => route.abort())
  await go(second.page, `${program.base}${UNIT}/repair/${record.number}?step=call`)
  const written = '业主说今晚八点以后在家'
  const box = second.page.getByRole('dialog').getByLabel(/联系情况/)
  await box.fill(written)
  // At a desk there is a keyboard, and what happened before is written down too.
  await second.page.getByRole('dialog').getByText('Ctrl ↵').waitFor()
  await second.page.getByRole('dialog').getByText('不是现在发生的').waitFor()
  await step(first, record, 'send')
  const submit = second.page.getByRole('dialog').getByRole('button', { name: '联系业主', exact: true })
  await submit.click()
  await second.page.getByRole('button', { name: '看新流水' }).click()
  await second.page.getByText('李安').first().waitFor()
  expect(await box.inputValue()).toBe(written)
  await submit.click()
  await second.page.getByRole('dialog').waitFor({ state: 'detached' })
  await second.page.getByText(written).first().waitFor()
  const journal = await second.ask('GET', `/records/${record.id}/journal`)
  const steps = JSON.stringify(journal.entries ?? journal)
  expect(steps).toContain('"send"')
  expect(steps.split(written).length - 1, 'registered once').toBe(1)
  await first.close()
  await second.close()
})

it('a network that is cut in mid-form loses nothing, and what is pressed again is registered once', async () => {
  const { page, close } = await seat(browser, program, 'wt-desk')
  await go(page, `${program.base}${UNIT}/intake`)
  await page.getByLabel('业主说').fill('1-1-201 阳台推拉门脱轨')
  await page.getByRole('heading', { level: 1, name: '1-1-201' }).waitFor()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: /仅登记/ }).click()
  await page.getByText('连不上服务器').waitFor()
  expect(await page.getByLabel('业主说').inputValue()).toBe('1-1-201 阳台推拉门脱轨')
  await page.context().setOffline(false)
  await page.getByRole('button', { name: /仅登记/ }).click()
  await page.getByRole('heading', { level: 1, name: /推拉门脱轨/ }).waitFor()
  await go(page, `${program.base}${UNIT}/repair?q=推拉门脱轨`)
  await page
    .getByRole('link', { name: /^WX-WT/ })
    .first()
    .waitFor()
  expect(await page.getByRole('link', { name: /^WX-WT/ }).count()).toBe(1)
  await close()
})

it('the back button brings back what was heard so far', async () => {
  const { page, close } = await seat(browser, program, 'wt-desk')
  await go(page, `${program.base}${UNIT}`)
  await page.keyboard.press('F2')
  await page.getByLabel('业主说').fill('1-1-202 书房插座冒火花')
  await page.getByRole('heading', { level: 1, name: '1-1-202' }).waitFor()
  await page.getByRole('link', { name: '派单台' }).click()
  await page.getByRole('heading', { level: 1, name: /派单台/ }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: '1-1-202' }).waitFor()
  expect(await page.getByLabel('业主说').inputValue()).toBe('1-1-202 书房插座冒火花')
  await close()
})

it('cells of a spreadsheet with line breaks, and thirty rare signs, are kept as they are and found again', async () => {
  const { page, said, ask, close } = await seat(browser, program, 'wt-desk')
  await go(page, `${program.base}${UNIT}/intake`)
  await page.getByLabel('业主说').focus()
  await page.keyboard.insertText(`1-1-203\t${RARE}家\r\n水龙头滴水\r\n马桶也漏`)
  await page.getByRole('heading', { level: 1, name: '1-1-203' }).waitFor()
  await page.keyboard.press('Tab')
  await page
    .getByRole('group', { name: /类别/ })
    .getByRole('radio', { name: /给排水/ })
    .check()
  await page.getByRole('button', { name: /仅登记/ }).click()
  await page.getByRole('heading', { level: 1, name: RARE }).waitFor()
  const number = /WX-WT-\d{8}-\d{4}/.exec(await page.getByRole('main').innerText())?.[0] ?? ''
  const { record } = await ask('GET', `/records/${number}`)
  expect(record.data.fault).toContain(`${RARE}家`)
  expect(record.data.fault).toContain('马桶也漏')
  await go(page, `${program.base}${UNIT}/repair?q=${encodeURIComponent(RARE.slice(0, 12))}`)
  await page.getByRole('link', { name: number }).waitFor()
  expect(said).toEqual([])
  await close()
})

it('a phone whose clock is five hours ahead takes its step at the time that it really is', async () => {
  const desk = await seat(browser, program, 'wt-desk')
  const lead = await seat(browser, program, 'wt-eng-lead')
  const engineer = await seat(browser, program, 'wt-eng-1', PHONE)
  const { record } = await fresh(desk, '钟不准时的报修')
  const sent = await step(desk, record, 'send')
  const people = await lead.ask('GET', '/records?kind=member&limit=200')
  const him = people.records.find((one: Answer) => one.label.includes('赵朔')).id
  await step(lead, sent, 'accept', { engineer: him })
  await engineer.page.addInitScript(() => {
    const real = Date.now
    const ahead = 5 * 3_600_000
    const Real = Date
    globalThis.Date = new Proxy(Real, {
      construct: (of, args) => (args.length === 0 ? new of(real() + ahead) : Reflect.construct(of, args)),
      get: (of, name) => (name === 'now' ? () => real() + ahead : Reflect.get(of, name)),
    })
  })
  await go(engineer.page, `${program.base}/field`)
  const before = Date.now()
  const job = engineer.page.getByRole('region', { name: '钟不准时的报修' })
  await job.getByRole('heading').first().waitFor()
  await engineer.page.getByRole('button', { name: '到场', exact: true }).click()
  await engineer.page.getByRole('dialog').getByRole('button', { name: '到场', exact: true }).click()
  await engineer.page.getByRole('button', { name: '开工', exact: true }).waitFor()
  const journal = await engineer.ask('GET', `/records/${record.id}/journal`)
  const entry = (journal.entries ?? journal).find((one: Answer) => one.step === 'arrive')
  expect(Math.abs(Date.parse(entry.occurred_at) - before)).toBeLessThan(60_000)
  for (const who of [desk, lead, engineer]) await who.close()
})

it('five hundred open duties are counted, drawn and walked through with the keyboard without a pause', async () => {
  const { page, said, ask, close } = await seat(browser, program, 'wt-desk')
  for (let at = 0; at < 500; at += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ask('POST', '/records', {
          kind: 'repair',
          data: { urgency: 'normal', scope: 'public', subject: 'other', fault: `第 ${at + n} 件` },
          links: {},
        }),
      ),
    )
  }
  const began = Date.now()
  await go(page, `${program.base}${UNIT}`)
  await page.getByRole('heading', { level: 1, name: /5\d\d (多)?件应办/ }).waitFor()
  expect(Date.now() - began, 'milliseconds to the first view').toBeLessThan(6_000)
  const slow = await page.evaluate(async () => {
    const waits: number[] = []
    for (let n = 0; n < 10; n += 1) {
      const at = performance.now()
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }))
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))
      waits.push(performance.now() - at)
    }
    return waits.sort((a, b) => a - b)[4] ?? 0
  })
  expect(slow, 'median milliseconds from a key to the next paint').toBeLessThan(500)
  expect(said).toEqual([])
  await close()
})
