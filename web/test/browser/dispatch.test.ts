/** From the call to the one who goes: what is known is said to the caller, and work goes to whose turn it is. */

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

it('tells who takes the call what is known to be out of order, and puts the report under it', async () => {
  const { page, said, ask, close } = await seat(browser, program, 'wt-desk', size)
  const { record } = await ask('POST', '/records', {
    kind: 'incident',
    data: { subject: '2 号楼停水，水泵跳闸', class: 'ordinary', type: 'facility' },
  })
  await go(page, `${program.base}/u/WT/intake?said=${encodeURIComponent('1-1-101 没水')}`)
  const known = page.getByRole('region', { name: '正在处理的停用与事件' })
  await known.getByText(record.number).waitFor()
  await page.getByRole('heading', { level: 1, name: '1-1-101' }).waitFor()
  expect(await faults(page)).toEqual([])
  await known.getByLabel('2 号楼停水，水泵跳闸').check()
  await page.keyboard.press('Control+s')
  await page.waitForURL('**/u/WT/repair/WX-WT-*')
  await page.getByRole('link', { name: /2 号楼停水，水泵跳闸/ }).waitFor()
  // Among what came in under the event stands the report.
  const linked = await ask('GET', `/records?kind=repair&incident=${record.id}`)
  expect(linked.records).toHaveLength(1)
  expect(said).toEqual([])
  await close()
})

it('gives what waits to whose turn it is, and what one takes oneself to oneself', async () => {
  const { page, said, ask, close } = await seat(browser, program, 'wt-eng-lead', size)
  const desk = await seat(browser, program, 'wt-desk', size)
  const { records: homes } = await desk.ask('GET', '/records?kind=home&q=1-1-102')
  const what = { scope: 'home', subject: 'electric', urgency: 'normal' }
  for (const fault of ['阳台灯不亮', '卧室插座松动']) {
    const links = { home: homes[0].id }
    const { record } = await desk.ask('POST', '/records', { kind: 'repair', data: { ...what, fault }, links })
    await desk.ask('POST', `/records/${record.id}/steps/send`, { data: {} }, record.version)
  }
  await desk.close()

  const assignee = async (fault: string) => {
    const { records } = await ask('GET', `/records?kind=repair&q=${encodeURIComponent(fault)}`)
    return records[0].assignee?.name
  }
  await go(page, `${program.base}/u/WT/dispatch`)
  await page.getByRole('button', { name: '阳台灯不亮' }).click()
  const turn = page.getByRole('button', { name: /^轮派/ })
  const name = /^轮派 (\S+)/.exec((await turn.innerText()).trim())?.[1]
  expect(await faults(page)).toEqual([])
  await page.keyboard.press('r')
  await page.getByRole('button', { name: '阳台灯不亮' }).waitFor({ state: 'detached' })
  expect(await assignee('阳台灯不亮')).toBe(name)

  await page.getByRole('button', { name: '卧室插座松动' }).click()
  await page.keyboard.press('g')
  await page.getByRole('button', { name: '卧室插座松动' }).waitFor({ state: 'detached' })
  const me = await page.evaluate(async () => (await fetch('/api/me')).json())
  expect(await assignee('卧室插座松动')).toBe(me.name)
  expect(said).toEqual([])
  await close()
})
