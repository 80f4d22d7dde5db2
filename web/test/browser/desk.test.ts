/** Every page against the real program: it draws, says nothing on the console, and has nothing that axe objects to. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { faults, go, PHONE, seat, type Window } from './session'

const UNIT = '/u/WT'

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

describe('every page', () => {
  const desk: [string, string, string][] = [
    ['home', 'wt-steward-1', UNIT],
    ['intake', 'wt-desk', `${UNIT}/intake`],
    ['dispatch', 'wt-lead', `${UNIT}/dispatch`],
    ['list', 'wt-desk', `${UNIT}/repair`],
    ['record', 'wt-steward-2', `${UNIT}/repair/WX-WT-20260327-0001`],
    ['form', 'wt-desk', `${UNIT}/repair?new=true`],
    ['scorecard', 'wt-supervisor', `${UNIT}/scorecards?period=2026-03&clause=A2`],
    ['ranking', 'wt-supervisor', `${UNIT}/ranking?period=2026-03`],
    ['map', 'wt-supervisor', `${UNIT}/map`],
    ['calendar', 'wt-supervisor', `${UNIT}/calendar`],
    ['rules', 'wt-supervisor', `${UNIT}/rules`],
  ]
  const pages: [string, string, string, Window][] = [
    ...desk.map(([name, who, path]): [string, string, string, Window] => [name, who, path, {}]),
    ['phone', 'wt-eng-2', '/field', PHONE],
  ]
  it.each(pages)('%s, for %s', async (_, who, path, size) => {
    const { page, said, close } = await seat(browser, program, who, size)
    await go(page, `${program.base}${path}`)
    expect(await faults(page), 'light').toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await faults(page), 'dark').toEqual([])
    expect(said).toEqual([])
    await close()
  })
})

describe('a call', () => {
  it('is registered and sent with the keyboard alone, and its record shows what happened', async () => {
    const { page, said, close } = await seat(browser, program, 'wt-desk', { width: 1366, height: 768 })
    await go(page, `${program.base}${UNIT}`)
    await page.keyboard.press('F2')
    const box = page.getByLabel('业主说')
    await box.waitFor()
    const button = await page.getByRole('button', { name: /登记并派单/ }).boundingBox()
    expect((button?.y ?? 9999) + (button?.height ?? 0), 'seen without scrolling').toBeLessThanOrEqual(768)
    await page.keyboard.type('1-1-102 客厅吊灯一开就跳闸，厨房插座也没电')
    await page.getByRole('heading', { level: 1, name: '1-1-102' }).waitFor()
    // The room is set: Tab shows it and does not look for another, so that letters are the choices' and Enter alone asks anew.
    await page.keyboard.press('Tab')
    const room = page.getByRole('combobox', { name: '房屋', expanded: false })
    await room.waitFor()
    expect(await room.inputValue()).toContain('1-1-102')
    await page.keyboard.press('u')
    await page.getByRole('radio', { name: /急修/, checked: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('1-1-103')
    await page.getByRole('option', { name: /1-1-103/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    expect(await room.inputValue()).toContain('1-1-102')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: /客厅吊灯一开就跳闸/ }).waitFor()
    await page.getByText('已送单').first().waitFor()

    // A number that is typed and entered in one go is looked for before anything is opened.
    const number = /WX-WT-\d{8}-\d{4}/.exec(await page.getByRole('main').innerText())?.[0] ?? ''
    await go(page, `${program.base}${UNIT}`)
    await page.keyboard.press('/')
    await page.keyboard.type(number)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /客厅吊灯一开就跳闸/ }).waitFor()
    expect(said).toEqual([])
    await close()
  })
})

describe('what is typed', () => {
  it('survives a reload, and an ended session', async () => {
    const { page, close } = await seat(browser, program, 'wt-desk')
    await go(page, `${program.base}${UNIT}/repair?new=true`)
    // A line of a spreadsheet, and a rare character outside the basic plane.
    const text = '厨房水槽下水管漏水 𠮷先生家'
    await page.getByLabel(/报修内容/).fill(text)
    await page.reload()
    await page.getByLabel(/报修内容/).waitFor()
    expect(await page.getByLabel(/报修内容/).inputValue()).toBe(text)
    await page.getByRole('group', { name: /类别/ }).getByRole('radio', { name: '给排水' }).click()
    await page.context().clearCookies()
    await page
      .getByRole('dialog', { name: /登记维修工单/ })
      .getByRole('button', { name: '登记', exact: true })
      .click()
    const again = page.getByRole('dialog', { name: '登录已过期' })
    await again.getByLabel('账号').fill('wt-desk')
    await again.getByLabel('密码').fill(program.password)
    await again.getByRole('button', { name: '登录' }).click()
    await again.waitFor({ state: 'detached' })
    expect(await page.getByLabel(/报修内容/).inputValue()).toBe(text)
    await page
      .getByRole('dialog', { name: /登记维修工单/ })
      .getByRole('button', { name: '登记', exact: true })
      .click()
    await page.getByRole('heading', { level: 1, name: text }).waitFor()
    await close()
  })

  it('is registered once when the button is pressed twice', async () => {
    const { page, close } = await seat(browser, program, 'wt-desk')
    await go(page, `${program.base}${UNIT}/intake`)
    await page.getByLabel('业主说').fill('1-1-103 卫生间水龙头关不紧')
    await page.getByRole('heading', { level: 1, name: '1-1-103' }).waitFor()
    await page.getByRole('button', { name: /登记并派单/ }).dblclick()
    await page.getByRole('heading', { level: 1, name: /水龙头关不紧/ }).waitFor()
    await go(page, `${program.base}${UNIT}/repair?q=水龙头关不紧`)
    await page.getByRole('link', { name: /WX-WT/ }).first().waitFor()
    expect(await page.getByRole('link', { name: /WX-WT/ }).count()).toBe(1)
    await close()
  })
})

/** A square picture of 24 bits a pixel, as large as it has to be, in one shade. */
function bitmap(side: number, shade: number): Buffer {
  const row = Math.ceil((side * 3) / 4) * 4
  const file = Buffer.alloc(54 + row * side, shade)
  file.write('BM', 0, 'latin1')
  for (const [at, value] of [
    [2, file.length],
    [6, 0],
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
    [26, 1 + 24 * 65_536],
    [30, 0],
    [34, row * side],
    [38, 2835],
    [42, 2835],
    [46, 0],
    [50, 0],
  ] as const)
    file.writeUInt32LE(value, at)
  return file
}

describe('a phone', () => {
  it('keeps a step with photos, one of 40 MB, through a cut network and a closed page, and sends each once', async () => {
    const { page, ask, close } = await seat(browser, program, 'wt-eng-2', PHONE)
    await go(page, `${program.base}/field`)
    await page
      .getByRole('button', { name: /地漏返味/ })
      .or(page.getByRole('region', { name: /地漏返味/ }))
      .first()
      .click()
    await page.getByRole('button', { name: '到场', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '到场' }).click()
    await page.getByRole('button', { name: '开工', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '开工' }).click()
    const finish = page.getByRole('button', { name: /^完工/ })
    await finish.waitFor()
    // The network is cut in mid-upload: one photo arrives, the next one and the step do not.
    let arrived = 0
    await page.route('**/api/**', (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      const photo = route.request().url().includes('/attachments')
      if (photo && arrived === 0) {
        arrived += 1
        return route.continue()
      }
      return route.abort()
    })
    await finish.click()
    const sheet = page.getByRole('dialog')
    await sheet
      .getByRole('group', { name: /维修结果/ })
      .getByRole('radio', { name: '已修复' })
      .click()
    await sheet.getByLabel(/维修记录/).fill('更换地漏内芯，试水正常')
    const photos = sheet.getByLabel(/完工照片/).first()
    const folder = mkdtempSync(join(tmpdir(), 'guanjia-photos-'))
    writeFileSync(join(folder, 'after.bmp'), bitmap(3650, 40))
    writeFileSync(join(folder, 'tap.bmp'), bitmap(600, 200))
    await photos.setInputFiles(join(folder, 'after.bmp'))
    await photos.setInputFiles(join(folder, 'tap.bmp'))
    await sheet.getByRole('button', { name: '完工', exact: true }).click()
    await page.getByText('本机存 1 项').waitFor()
    await page.reload()
    await page.getByText('本机存 1 项').waitFor()
    await page.unroute('**/api/**')
    await page.reload()
    await page.getByText('已同步').waitFor()
    const { records } = await ask('GET', '/records?kind=repair&q=地漏返味&open=all')
    const { record } = await ask('GET', `/records/${records[0].id}`)
    expect(record.state).toBe('completed')
    expect(record.data.photos.length).toBe(2)
    expect(new Set(record.data.photos).size).toBe(2)
    for (const digest of record.data.photos) {
      const kept = await page
        .context()
        .request.get(`${program.base}/api/units/WT/attachments/${encodeURIComponent(digest)}`)
      expect(kept.status()).toBe(200)
      expect((await kept.body()).length, 'bytes of a photo that was 40 MB').toBeLessThan(2_000_000)
    }
    rmSync(folder, { recursive: true })
    await close()
  })
})
