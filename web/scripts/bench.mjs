// The figures of the interface in Chromium: cargo xtask bench web, or node scripts/bench.mjs PROGRAM [ROWS]
//
// The program serves its own pages over a copy of the demo with ROWS open orders more (1,000 unless said). Each figure is taken several
// times, and the least, the middle and the most are printed; what is asked of them stands beside.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const [program, rows = '1000'] = process.argv.slice(2)
if (!program) throw new Error('which program: node scripts/bench.mjs PROGRAM [ROWS]')
const folder = mkdtempSync(join(tmpdir(), 'guanjia-bench-web-'))
const data = join(folder, 'data')
const made = execFileSync(program, ['init', '--data', data, '--pack', 'residential-cn', '--demo', '--json'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
})
const password = JSON.parse(made).demo.password
const child = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
const own = await new Promise((found, failed) => {
  child.stdout.on('data', (said) => {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))
    if (address) found(address[0])
  })
  child.on('exit', () => failed(new Error('the program ended')))
})
const base = own
const browser = await chromium.launch({
  executablePath: process.env.GUANJIA_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})

const figures = []
const figure = (what, unit, asked, all) => {
  const sorted = [...all].sort((a, b) => a - b).map((it) => Math.round(it))
  figures.push([what, sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1), `${unit}`, asked])
}

/** A window that has nothing in its cache, of somebody who has signed in. */
async function enter(login) {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })
  const answer = await context.request.post(`${base}/api/session`, {
    headers: { origin: base },
    data: { login, password },
  })
  const { csrf } = await answer.json()
  const post = (path, body) =>
    context.request.post(`${base}/api/units/WT${path}`, {
      headers: { origin: base, 'x-csrf-token': csrf, 'idempotency-key': crypto.randomUUID() },
      data: body,
    })
  return { context, post }
}
const order = (fault) => ({
  kind: 'repair',
  data: { urgency: 'normal', scope: 'public', subject: 'other', fault },
  links: {},
})

try {
  const first = []
  const script = []
  for (let n = 0; n < 7; n += 1) {
    const { context } = await enter('wt-desk')
    const page = await context.newPage()
    let bytes = 0
    page.on('response', async (it) => {
      if (it.url().endsWith('.js')) bytes += Number(it.headers()['content-length'] ?? (await it.body()).length)
    })
    const began = performance.now()
    await page.goto(`${base}/u/WT`)
    await page.locator('h1').first().waitFor()
    await page.locator('.duty, .nothing').first().waitFor()
    first.push(performance.now() - began)
    await page.waitForLoadState('load')
    script.push(bytes)
    await context.close()
  }
  figure('first view of one’s duties, cold cache', 'ms', '< 1000', first)
  figure('compressed script of it', 'bytes', '< 300000', script)

  const { context, post } = await enter('wt-desk')
  for (let at = 0; at < Number(rows); at += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, n) => post('/records', order(`第 ${at + n} 件`))))
  }
  const page = await context.newPage()
  const list = []
  for (let n = 0; n < 5; n += 1) {
    const began = performance.now()
    await page.goto(`${base}/u/WT/repair`)
    await page.getByRole('row').nth(5).waitFor()
    list.push(performance.now() - began)
  }
  figure(`list of ${rows} open orders, shown`, 'ms', '', list)
  const pauses = await page.evaluate(async () => {
    const table = document.querySelector('[role="table"]')
    const waits = []
    let last = performance.now()
    for (let n = 0; n < 120; n += 1) {
      table.scrollTop += 400
      await new Promise((drawn) => requestAnimationFrame(drawn))
      const now = performance.now()
      waits.push(now - last)
      last = now
    }
    return waits
  })
  figure('between two frames while it scrolls', 'ms', '', pauses)
  // As far down as 20 seconds lead, or to the end: rows that nobody waits for.
  const deep = await page.evaluate(async () => {
    const table = document.querySelector('[role="table"]')
    const waits = []
    const began = performance.now()
    let last = began
    let still = 0
    while (performance.now() - began < 20_000 && still < 100) {
      const before = table.scrollTop
      table.scrollTop += 1_200
      await new Promise((drawn) => requestAnimationFrame(drawn))
      const now = performance.now()
      waits.push(now - last)
      last = now
      still = table.scrollTop === before ? still + 1 : 0
    }
    return { waits: waits.sort((a, b) => a - b), rows: Number(table.getAttribute('aria-rowcount')) - 1 }
  })
  figure(`between two frames on the way to row ${deep.rows}`, 'ms', '', deep.waits)
  figure('the same, of a hundred frames the slowest but one', 'ms', '< 200', [
    deep.waits[Math.floor(deep.waits.length * 0.99)],
  ])
  const filter = []
  for (const word of ['第 7', '第 12', '第 90', '件', '第 33']) {
    const began = performance.now()
    const answered = page.waitForResponse((it) => it.url().includes('q='))
    await page.getByPlaceholder('在这张表里找').fill(word)
    await answered
    await page.getByRole('row').nth(1).waitFor()
    filter.push(performance.now() - began)
  }
  figure('from a word in the filter to its rows', 'ms', '', filter)
  const paints = []
  for (const word of ['漏', '水', '了', '请', '来']) {
    paints.push(
      await page.evaluate(async (typed) => {
        const box = document.querySelector('.list input')
        const began = performance.now()
        box.focus()
        document.execCommand('insertText', false, typed)
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))
        return performance.now() - began
      }, word),
    )
  }
  figure('from a key to the next paint', 'ms', '< 200', paints)

  const other = await enter('wt-lead')
  await page.goto(`${base}/u/WT/repair?q=${encodeURIComponent('现场直播')}`)
  await page.locator('h1').first().waitFor()
  await page.waitForTimeout(1_500)
  const live = []
  for (let n = 0; n < 5; n += 1) {
    const began = performance.now()
    await other.post('/records', order(`现场直播${n}`))
    await page.getByText(`现场直播${n}`).first().waitFor()
    live.push(performance.now() - began)
  }
  figure('what another one registers appears within', 'ms', '< 1000', live)
} finally {
  await browser.close()
  child.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}
console.log(`Load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores.\n`)
console.log('| | least | middle | most | unit | asked |\n| --- | ---: | ---: | ---: | --- | --- |')
for (const it of figures) console.log(`| ${it.join(' | ')} |`)
