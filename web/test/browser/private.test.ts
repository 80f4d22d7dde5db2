/** Private values: a telephone to call for whoever comes to the home, and a secret file that opens under a grant, every look on record. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
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

const size = { width: 1366, height: 768 }
const FAMILY = '夫妻二人，老人同住'

it('gives who comes to the home a telephone to call, and nobody else', async () => {
  const desk = await seat(browser, program, 'wt-desk')
  const { records: homes } = await desk.ask('GET', '/records?kind=home&q=1-1-102')
  const data = { scope: 'home', subject: 'water', urgency: 'normal', fault: '水龙头关不紧', phone: '13912345678' }
  const { record } = await desk.ask('POST', '/records', { kind: 'repair', data, links: { home: homes[0].id } })
  const sent = await desk.ask('POST', `/records/${record.id}/steps/send`, { data: {} }, record.version)
  await desk.close()
  const lead = await seat(browser, program, 'wt-eng-lead')
  const { records: members } = await lead.ask('GET', '/records?kind=member&fields=login&limit=100')
  const worker = members.find((it: { data?: { login?: string } }) => it.data?.login === 'wt-eng-1')
  await lead.ask('POST', `/records/${record.id}/steps/accept`, { data: { engineer: worker.id } }, sent.record.version)
  await lead.close()

  const { page, said, close } = await seat(browser, program, 'wt-eng-1', PHONE)
  await page.goto(`${program.base}/field`)
  const job = page.getByRole('region', { name: '水龙头关不紧' })
  await job.getByRole('heading', { name: '1-1-102' }).waitFor()
  const call = job.getByRole('link', { name: '13912345678' })
  expect(await call.getAttribute('href')).toBe('tel:13912345678')
  expect(await faults(page)).toEqual([])
  expect(said).toEqual([])
  await close()

  const other = await seat(browser, program, 'inspector', size)
  await go(other.page, `${program.base}/u/WT/repair/${record.number}`)
  await other.page.getByRole('region', { name: '登记内容' }).getByText('139****5678').waitFor()
  expect(await other.page.getByRole('button', { name: '查看联系电话' }).count()).toBe(0)
  await other.close()
})

it('opens a secret file to who asked and was allowed, and keeps who looked and what for', async () => {
  const desk = await seat(browser, program, 'wt-desk')
  const { records: homes } = await desk.ask('GET', '/records?kind=home&q=1-1-101')
  const { records: owners } = await desk.ask('GET', `/records?kind=party&home=${homes[0].id}`)
  const { record: file } = await desk.ask('POST', '/records', {
    kind: 'owner-file',
    data: { family: FAMILY },
    links: { home: homes[0].id, party: owners[0].id },
  })
  await desk.close()

  const { page, said, close } = await seat(browser, program, 'wt-steward-1', size)
  const address = `${program.base}/u/WT/owner-file/${file.number}`
  await go(page, address)
  await page.getByRole('button', { name: '查看家庭情况' }).click()
  await page.getByLabel('用来做什么（记入查看记录）').fill('核对同住老人')
  expect(await faults(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByText('这是保密档案：请先申请查阅，经批准并在期限内再看“家庭情况”。').waitFor()
  expect(await faults(page)).toEqual([])
  await page.getByRole('button', { name: '以此用途申请查阅' }).click()
  const asked = page.getByRole('link', { name: /^CY-WT-/ })
  await asked.waitFor()
  const path = await asked.getAttribute('href')
  // The refusal is an answer that the browser notes as one.
  said.splice(0)

  const manager = await seat(browser, program, 'wt-manager', size)
  await go(manager.page, `${program.base}${path}`)
  await manager.page.getByText('核对同住老人').first().waitFor()
  await manager.page.getByRole('button', { name: '同意' }).click()
  await manager.page.getByText('已批准').first().waitFor()
  await manager.close()

  await go(page, address)
  await page.getByRole('button', { name: '查看家庭情况' }).click()
  await page.getByLabel('用来做什么（记入查看记录）').fill('核对同住老人')
  await page.keyboard.press('Enter')
  await page.getByText(FAMILY).waitFor()
  expect(said).toEqual([])
  await close()

  const auditor = await seat(browser, program, 'director', size)
  await go(auditor.page, address)
  const views = auditor.page.getByRole('region', { name: '谁看过敏感信息' })
  await views.getByText(/王宁 · 家庭情况 · 核对同住老人/).waitFor()
  expect(await faults(auditor.page)).toEqual([])
  expect(auditor.said).toEqual([])
  await auditor.close()
})

it('erases what is kept of a person once two have agreed, and neither alone', async () => {
  const manager = await seat(browser, program, 'wt-manager', size)
  // A second one who may: on this day the supervisor stands in as manager.
  const { records: members } = await manager.ask('GET', '/records?kind=member&fields=login&limit=100')
  const second = members.find((it: { data?: { login?: string } }) => it.data?.login === 'wt-supervisor')
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const posting = { kind: 'posting', data: { post: 'manager', from: today }, links: { member: second.id } }
  await manager.ask('POST', '/records', posting)
  const { records: homes } = await manager.ask('GET', '/records?kind=home&q=1-1-101')
  const { records: owners } = await manager.ask('GET', `/records?kind=party&home=${homes[0].id}`)
  const address = `${program.base}/u/WT/party/${owners[0].id}`

  await go(manager.page, address)
  const own = manager.page.getByRole('region', { name: '删除个人信息' })
  await own.getByRole('button', { name: '申请删除个人信息' }).click()
  await own.getByLabel('依据').selectOption({ label: '本人撤回同意' })
  expect(await faults(manager.page)).toEqual([])
  await own.getByLabel('说明').fill('业主书面要求')
  await own.getByRole('button', { name: '提交申请' }).click()
  await own.getByText('等另一位有权的人确认。').waitFor()
  expect(await own.getByRole('button', { name: '同意，永久删除' }).count()).toBe(0)

  const { page, said, close } = await seat(browser, program, 'wt-supervisor', size)
  await go(page, `${program.base}/u/WT/party`)
  const waiting = page.getByRole('region', { name: '待确认的个人信息删除：1 项' })
  expect(await faults(page)).toEqual([])
  await waiting.getByRole('link', { name: '业主书面要求' }).click()
  const asked = page.getByRole('region', { name: '删除个人信息' })
  await asked.getByText('本人撤回同意 · 业主书面要求').waitFor()
  expect(await faults(page)).toEqual([])
  await asked.getByRole('button', { name: '同意，永久删除' }).click()
  await asked.getByText(/^已删除，涉及 \d+ 条单据。$/).waitFor()
  await page.getByText('已删除 erased').first().waitFor()
  expect(said).toEqual([])
  await close()
  expect(manager.said).toEqual([])
  await manager.close()
})
