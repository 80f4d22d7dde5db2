/** Pages of the desk that each have one purpose: nothing on the console, nothing that axe objects to, in both themes and languages. */

import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('the page of', () => {
  const pages: [string, string, string][] = [
    ['renovations on a board', 'wt-lead', '/u/WT/stages'],
    ['orders on a board', 'wt-lead', '/u/WT/stages?kind=repair'],
    ['packs, parameters and the check of the journal', 'admin', '/u/WT/rules'],
    ['imports', 'wt-manager', '/u/WT/imports'],
    ["the day's way", 'wt-manager', '/u/WT/round?of=all'],
    ['the organisation as a workbook', 'admin', '/u/WT/organisation'],
    ["one's own scorecard", 'wt-steward-1', '/u/WT/scorecards?standard=scorecard-100&period=2026-03&clause=A3'],
  ]
  it.each(pages)('%s is clean', async (_, login, path) => {
    for (const look of [
      { theme: 'light', language: 'zh' },
      { theme: 'dark', language: 'en', width: 1366, height: 768 },
    ] as const) {
      const { page, said, close } = await seat(browser, program, login, look)
      await go(page, `${program.base}${path}`)
      expect(await faults(page)).toEqual([])
      expect(said).toEqual([])
      await close()
    }
  })
})

describe("the day's way", () => {
  it('goes from home to home, and a household is called from it', async () => {
    const { page, said, close } = await seat(browser, program, 'wt-steward-1', { width: 1366, height: 768 })
    await go(page, `${program.base}/u/WT/round?day=2036-01-01`)
    const places = await page.locator('.stop > b').allTextContents()
    expect(places.length).toBeGreaterThan(2)
    expect(new Set(places).size).toBe(places.length)
    expect(places).toEqual([...places].sort((a, b) => a.localeCompare(b, 'zh', { numeric: true })))
    await page.getByRole('button', { name: `联系 ${places[0]}` }).click()
    const number = page
      .getByRole('listitem')
      .filter({ hasText: places[0] ?? '' })
      .locator('a[href^="tel:1"]')
    await number.first().waitFor()
    await page.getByRole('button', { name: '显示电话' }).click()
    await page
      .getByRole('listitem')
      .filter({ hasText: places[1] ?? '' })
      .locator('a[href^="tel:1"]')
      .first()
      .waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.getByRole('button', { name: '打印' }).waitFor({ state: 'hidden' })
    await page.emulateMedia({ media: 'screen' })
    expect(await faults(page)).toEqual([])
    expect(said).toEqual([])
    await close()
  })
})

describe('a pack', () => {
  it('is read, checked and compared before anybody activates it', async () => {
    const { page, said, close } = await seat(browser, program, 'admin')
    await go(page, `${program.base}/u/WT/rules`)
    await page.getByRole('button', { name: '看内容' }).first().click()
    await page.locator('.rules-says dd').first().waitFor()
    await page.getByRole('button', { name: '核对并比较 residential-cn' }).click()
    await page.getByText('residential-cn 核对通过。').waitFor()
    await page.getByText('与启用中的一样。').waitFor()
    expect(await faults(page)).toEqual([])
    expect(said).toEqual([])
    await close()
  })
})

describe('a parameter', () => {
  it('is set from a day on, and its page says where, from when, by whom and why', async () => {
    const { page, said, close } = await seat(browser, program, 'wt-manager')
    await go(page, `${program.base}/u/WT/rules`)
    await page.getByRole('searchbox', { name: '在这张表里找' }).fill('repair.tell')
    const row = page.getByRole('row', { name: /repair\.tell/ })
    await row.getByRole('button', { name: '定新值' }).click()
    await page.getByLabel('从哪天起').fill('2036-01-01')
    await page.getByLabel('原因').fill('按合同')
    await row.getByRole('button', { name: '定新值' }).click()
    await row.getByText(/2036.*起/).waitFor()

    await row.getByRole('link').first().click()
    const kept = page.getByRole('table').getByRole('row')
    await kept
      .filter({ hasText: '2036 年 1 月 1 日' })
      .filter({ hasText: '按合同' })
      .filter({ hasText: '冯可' })
      .waitFor()
    await page.getByLabel('从哪天起').fill('2037-01-01')
    await page.getByLabel('原因').fill('续约')
    await page.getByRole('button', { name: '定新值' }).click()
    await kept
      .filter({ hasText: '2037 年 1 月 1 日' })
      .filter({ hasText: '将来' })
      .filter({ hasText: '续约' })
      .waitFor()
    expect(await faults(page)).toEqual([])
    expect(said).toEqual([])
    await close()

    const above = await seat(browser, program, 'director', { theme: 'dark', language: 'en' })
    await go(above.page, `${program.base}/u/WT/rules/repair.tell`)
    await above.page.getByRole('row', { name: /1 Jan 2037.*to come/ }).waitFor()
    expect(await faults(above.page)).toEqual([])
    expect(above.said).toEqual([])
    await above.close()
  })
})

describe('people and samples', () => {
  it('are seen and changed; what two people draw with one number stands for all', async () => {
    const manager = await seat(browser, program, 'wt-manager')
    const { page, said } = manager
    await go(page, `${program.base}/u/WT/people`)
    await page.getByRole('row', { name: 'WT-G1 16 王宁' }).waitFor()
    expect(await faults(page), 'people').toEqual([])
    await page.getByRole('button', { name: '停用孙畅的账号' }).click()
    await page.getByText('已停用').waitFor()
    await page.getByRole('button', { name: '恢复孙畅的账号' }).click()
    await page.getByRole('button', { name: '停用孙畅的账号' }).waitFor()
    // What was done at his door, the latest first, and who did it.
    await page.getByRole('button', { name: '孙畅的登录记录' }).click()
    const his = page.getByRole('row', { name: /孙畅/ }).getByRole('listitem')
    await his.first().getByText('账号恢复').waitFor()
    await his.nth(1).getByText('账号停用').waitFor()
    await his.first().getByText('冯可').waitFor()
    // One's own beside where one is signed in; another device is signed out from here.
    const other = await seat(browser, program, 'wt-manager')
    await page.reload()
    const sessions = page.getByRole('region', { name: '登录过的设备' })
    const ends = sessions.getByRole('button', { name: '退出' })
    await ends.first().waitFor()
    const before = await ends.count()
    await page.getByRole('region', { name: '我的登录记录' }).getByText('用密码登录').first().waitFor()
    expect(await faults(page), 'sign-ins').toEqual([])
    for (let left = before; left > 0; left--) {
      await ends.first().click()
      await expect.poll(() => ends.count()).toBe(left - 1)
    }
    expect((await other.page.context().request.get(`${program.base}/api/me`)).status()).toBe(401)
    await other.close()
    const english = await seat(browser, program, 'wt-manager', { theme: 'dark', language: 'en' })
    await go(english.page, `${program.base}/u/WT/people`)
    await english.page.getByRole('button', { name: 'Sign-ins of 孙畅' }).click()
    await english.page.getByRole('row', { name: /孙畅/ }).getByText('account enabled').waitFor()
    await english.page.getByRole('region', { name: 'My sign-ins' }).getByText('signed in by password').first().waitFor()
    expect(await faults(english.page), 'sign-ins in English').toEqual([])
    expect(english.said).toEqual([])
    await english.close()

    await page.getByRole('link', { name: '抽样' }).click()
    await page.getByLabel('考核标准').selectOption('patrol-sampling')
    await page.getByLabel('考核期').fill('2026-03')
    await page.getByLabel('从哪种单据里抽').selectOption({ label: '维修工单' })
    await page.getByLabel('抽几件').fill('3')
    await page.getByRole('button', { name: '列出总体' }).click()
    await page.getByLabel('第一个人输的数').fill('20260331')
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await faults(page), 'samples').toEqual([])
    await page.getByRole('button', { name: '输入', exact: true }).click()
    await page.getByLabel('第二个人输的数').waitFor()

    const second = await seat(browser, program, 'wt-supervisor')
    await go(second.page, `${program.base}/u/WT/samples`)
    await second.page.getByLabel('第二个人输的数').fill('20260331')
    await second.page.getByRole('button', { name: '输入', exact: true }).click()
    await second.page.getByText(/WX-WT-\d{8}-\d{4}\s+WX-WT/).waitFor()
    expect([...said, ...second.said]).toEqual([])
    await manager.close()
    await second.close()
  })
})

describe('a grid', () => {
  it('gives homes to another grid, and its steward hands over from a day on', async () => {
    const manager = await seat(browser, program, 'wt-manager')
    const { page, said } = manager
    await go(page, `${program.base}/u/WT/people`)
    await page.getByRole('link', { name: 'WT-G1' }).click()
    await page.getByRole('heading', { level: 2, name: '房屋 16 户' }).waitFor()
    for (const home of ['1-1-101', '1-1-102']) await page.getByRole('checkbox', { name: home, exact: true }).check()
    await page.getByLabel('转到网格').fill('WT-G2')
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: '转 2 户' }).click()
    await page.getByText('已把 2 户转到 WT-G2。').waitFor()
    await page.getByRole('heading', { level: 2, name: '房屋 14 户' }).waitFor()
    const { records } = await manager.ask('GET', '/records?kind=home&q=1-1-101&fields=grid')
    expect(records[0].data.grid).toBe('WT-G2')

    const line = page.getByRole('listitem').filter({ hasText: '王宁' })
    await line.getByRole('button', { name: '换管家' }).click()
    const box = page.getByRole('combobox', { name: '接手的人' })
    await box.fill('孙畅')
    await page.getByRole('option', { name: /孙畅/ }).click()
    await page.getByLabel('从哪天起').fill('2036-01-01')
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: '交接', exact: true }).click()
    await page
      .getByRole('listitem')
      .filter({ hasText: '王宁' })
      .getByText(/到 2035 年 12 月 31 日为止/)
      .waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: '孙畅' })
      .getByText(/2036 年 1 月 1 日起/)
      .waitFor()
    expect(said).toEqual([])
    await manager.close()

    const dark = await seat(browser, program, 'wt-manager', { theme: 'dark', language: 'en', width: 390, height: 844 })
    await go(dark.page, `${program.base}/u/WT/grids/WT-G1`)
    await dark.page.getByRole('heading', { level: 2, name: '14 homes' }).waitFor()
    expect(await faults(dark.page)).toEqual([])
    expect(dark.said).toEqual([])
    await dark.close()
  })
})

describe('an import', () => {
  const MAP = [
    'map: old-orders',
    'name: {zh: 旧工单, en: Old orders}',
    'source: old-orders',
    'kind: repair',
    'times: {zone: Asia/Shanghai}',
    'id: 编号',
    'unit: {column: 小区}',
    'open:',
    '  at: 报修时间',
    '  fields:',
    '    fault: 内容',
    '    subject: {column: 类别, values: {水: water}}',
    '    urgency: {column: 紧急, values: {否: normal}}',
    '    scope: {column: 部位, values: {户内: home}}',
  ].join('\n')
  const ROWS = [
    '编号,小区,报修时间,内容,类别,紧急,部位',
    'A1,WT,2025-03-05 14:05,水管漏水,水,否,户内',
    'A2,WT,2025-03-06 09:00,灯不亮,不知道,否,户内',
  ].join('\n')

  it('is looked at, taken in and undone, and a refused row is in the report', async () => {
    const { page, said, close } = await seat(browser, program, 'admin')
    await go(page, `${program.base}/u/WT/imports`)
    await page.getByLabel(/对照表（YAML/).fill(MAP)
    await page
      .getByLabel('选数据文件（CSV、xlsx）')
      .setInputFiles({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(ROWS) })
    await page.getByRole('button', { name: '先看结果' }).click()
    await page.getByText('共 2 行：收 1 行，不收 1 行。').waitFor()
    const report = await page.getByRole('link', { name: '下载不收的 1 行和原因' }).getAttribute('href')
    expect(await (await page.context().request.get(`${program.base}${report}`)).text()).toContain('不知道')
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: '收进 1 行' }).click()
    await page.getByText('已收 1 行，不收 1 行。').waitFor()
    await page.getByRole('button', { name: '撤回这次导入' }).click()
    await page.getByText(/已作废 1 张/).waitFor()
    expect(said).toEqual([])
    await close()
  })
})

describe('a workbook of the organisation', () => {
  it('is downloaded, looked at row by row and taken in; a refused row says why, here and in a file', async () => {
    const { page, said, close } = await seat(browser, program, 'admin')
    await go(page, `${program.base}/u/WT/people`)
    await page.getByRole('link', { name: '用表格登记组织' }).click()
    const get = async (name: string) => {
      const down = page.waitForEvent('download')
      await page.getByRole('link', { name }).click()
      return readFileSync(await (await down).path())
    }
    // A workbook is a ZIP.
    expect((await get('下载空表')).subarray(0, 2).toString()).toBe('PK')
    expect((await get('下载这里现在的')).subarray(0, 2).toString()).toBe('PK')
    const rows = '所属单位,房号,楼栋\nWT,9-1-901,9\nNO,9-1-902,9\n'
    await page
      .getByLabel(/^选表格文件/)
      .setInputFiles({ name: 'home.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
    await page.getByRole('button', { name: '先看结果' }).click()
    await page.getByText('共 2 行：新增 1，改动 0，原来就是这样 0，不收 1。').waitFor()
    await page.getByRole('row', { name: /第 3 行 所属单位 NO/ }).waitFor()
    expect(await faults(page)).toEqual([])
    const report = (await get('下载不收的 1 行和原因')).toString()
    expect(report).toContain(',3,所属单位,NO,')
    await page.getByRole('button', { name: '收进 1 行' }).click()
    await page.getByText('已新增 1 行，改动 0 行。').waitFor()
    expect(await faults(page)).toEqual([])
    await go(page, `${program.base}/u/WT/home?q=9-1-901`)
    await page
      .getByRole('link', { name: /9-1-901/ })
      .first()
      .waitFor()
    expect(said).toEqual([])
    await close()
  })
})

describe('a sealed month', () => {
  it('is shown as sealed, and a point of it is contested and decided', async () => {
    const address = `${program.base}/u/WT/scorecards?standard=scorecard-100&period=2026-03`
    const manager = await seat(browser, program, 'wt-manager')
    await go(manager.page, address)
    await manager.page.getByRole('button', { name: '封存 2026-03' }).click()
    await manager.page.getByRole('button', { name: '封存 2026-03' }).click()
    await manager.page.getByText(/^已封存/).waitFor()
    await manager.page.getByText('校验码').waitFor()
    expect(await faults(manager.page)).toEqual([])
    await manager.close()

    const steward = await seat(browser, program, 'wt-steward-1')
    await go(steward.page, `${address}&clause=A3`)
    await steward.page.getByText(/^已封存/).waitFor()
    await steward.page.getByText(/5 日内可以申诉/).waitFor()
    await steward.page.getByRole('button', { name: '申诉', exact: true }).first().click()
    await steward.page.getByLabel('申诉理由').fill('业主出国，三次联系有录音')
    expect(await faults(steward.page)).toEqual([])
    await steward.page.getByRole('button', { name: '提出申诉' }).click()
    const told = await steward.page.getByText(/已提出 SS-/).textContent()
    expect(steward.said).toEqual([])
    await steward.close()

    const number = /SS-[\w-]+/.exec(told ?? '')?.[0]
    const decides = await seat(browser, program, 'director')
    await go(decides.page, `${program.base}/u/WT/appeal/${number}`)
    await decides.page.getByLabel('决定的理由').fill('录音已核对')
    expect(await faults(decides.page)).toEqual([])
    await decides.page.getByRole('button', { name: '免责：这一项不计' }).click()
    await decides.page.locator('.chip-state', { hasText: '准予免责' }).first().waitFor()
    await decides.close()
  })
})
