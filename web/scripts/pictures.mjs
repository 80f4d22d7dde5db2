// Pictures of the main pages for the READMEs: node scripts/pictures.mjs ADDRESS PASSWORD FOLDER [NAME…]
//
// Taken of a company that `guanjia simulate` made up, at ten in the morning of a working day, so that clocks and scores are alive:
//   guanjia simulate --data DIR --projects 3 --months 2 --seed 3 --until 2026-03-31T10:24:00+08:00 --accounts
//   faketime -f '@2026-03-31 10:24:00' guanjia serve --data DIR          (with TZ=Asia/Shanghai)
// and then made smaller: pngquant --ext .png --force FOLDER/*.png
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [base, password, folder, ...only] = process.argv.slice(2)
const unit = '/u/WT'
const PAGES = [
  ['home', 'wt-steward-3', unit],
  ['home-dark', 'wt-steward-3', unit, { dark: true }],
  ['intake', 'wt-desk', `${unit}/intake`, { width: 1366, height: 768, said: '1-1-102 厨房水管漏水，地上都湿了' }],
  ['dispatch', 'wt-eng-lead', `${unit}/dispatch`],
  ['record', 'wt-eng-lead', `${unit}/repair/WX-WT-20260323-0001`],
  ['score', 'wt-supervisor', `${unit}/scorecards?clause=A3`],
  ['map', 'wt-supervisor', `${unit}/map`],
  ['phone', 'wt-eng-3', '/field', { width: 390, height: 844 }],
  ['morning', 'wt-manager', unit],
  ['inspection', 'inspector', '/field', { width: 390, height: 844, press: /^(逐项检查|Go through)/ }],
]

mkdirSync(folder, { recursive: true })
for (const [language, tag] of [
  ['zh', ''],
  ['en', '.en'],
]) {
  // What the browser itself draws, such as an empty date, is in the language that the machine has.
  const browser = await chromium.launch({
    executablePath: process.env.GUANJIA_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
    env: { ...process.env, LANGUAGE: language === 'zh' ? 'zh_CN' : 'en_GB' },
  })
  for (const [name, login, path, how = {}] of PAGES) {
    if (only.length > 0 && !only.includes(name)) continue
    const context = await browser.newContext({
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      timezoneId: 'Asia/Shanghai',
      colorScheme: how.dark ? 'dark' : 'light',
      viewport: { width: how.width ?? 1440, height: how.height ?? 900 },
    })
    await context.addInitScript(
      (it) => localStorage.setItem('guanjia.settings', JSON.stringify({ language: it, singleKeys: true })),
      language,
    )
    const entered = await context.request.post(`${base}/api/session`, {
      headers: { origin: base },
      data: { login, password },
    })
    if (!entered.ok()) throw new Error(`${login}: ${await entered.text()}`)
    const page = await context.newPage()
    await page.goto(`${base}${path}`)
    await page.locator('h1, textarea').first().waitFor()
    if (how.said) {
      await page.locator('textarea').first().fill(how.said)
      await page.locator('h1').first().waitFor()
    }
    if (how.press) await page.getByRole('button', { name: how.press }).click()
    await page.waitForLoadState('load')
    await page.locator('.late-skeleton').first().waitFor({ state: 'detached' })
    await page.waitForTimeout(700)
    await page.screenshot({ path: `${folder}/${name}${tag}.png` })
    await context.close()
  }
  await browser.close()
}
