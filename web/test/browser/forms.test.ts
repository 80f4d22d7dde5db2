/** Every kind's opening form, filled from its schema with what people really type: it is refused at the field or taken, and nothing typed is lost. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { type Answer, go, seat } from './session'

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

const RARE = '𠮷𡈽𠀋㛃䶮𬭚𫖯𣗋𨭎𪚥'.repeat(3)
const TEXTS = [
  RARE,
  '1-1-203\t林女士\r\n水龙头滴水\r\n马桶也漏',
  '测'.repeat(400),
  ' 前后有空格 ',
  '<b>不是标签</b> & "引号" \\ 斜线',
  '👩‍👩‍👧‍👦 全家 é ﷺ',
  '0',
  '-1',
  '99999999999999999999',
  '12.345',
  '१२३',
]
const DAYS = ['2028-02-29', '2026-03-31', '1900-01-01', '9999-12-31', '2026-11-23']

/** Fills what the sheet shows, without waiting for anything: a value of its own for each field, by a number that grows. */
function fill(seed: number, texts: string[], days: string[]): void {
  const sheet = document.querySelector('dialog[open] form')
  let n = seed
  const next = (of: number) => {
    n = (n * 1103515245 + 12345) % 2147483648
    return Math.floor(n / 65536) % of
  }
  const put = (it: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string) => {
    const kind =
      it instanceof HTMLTextAreaElement
        ? HTMLTextAreaElement
        : it instanceof HTMLSelectElement
          ? HTMLSelectElement
          : HTMLInputElement
    Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(it, value)
    it.dispatchEvent(new Event(it instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
  }
  const groups = new Map<string, HTMLInputElement[]>()
  for (const it of sheet?.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(
    'input:not([role=combobox]), textarea, select',
  ) ?? []) {
    if (it instanceof HTMLSelectElement) put(it, it.options[1 + next(Math.max(1, it.options.length - 1))]?.value ?? '')
    else if (it.type === 'radio') groups.set(it.name, [...(groups.get(it.name) ?? []), it as HTMLInputElement])
    else if (it.type === 'checkbox') {
      if (!it.name.endsWith('-other') && next(2) === 0) it.click()
    } else if (it.type === 'date') put(it, days[next(days.length)] ?? '')
    else if (it.type === 'datetime-local') put(it, `${days[next(days.length)]}T09:30`)
    else if (it.type !== 'file') put(it, texts[next(texts.length)] ?? '')
  }
  for (const all of groups.values()) {
    const one = all[next(all.length)]
    if (one && !one.checked) one.click()
  }
}

/** What stands in the sheet. */
const standing = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [
      ...(document.querySelector('dialog[open] form')?.querySelectorAll<HTMLInputElement>('input, textarea, select') ??
        []),
    ]
      .filter((it) => it.type !== 'file' && it.type !== 'checkbox' && it.getAttribute('role') !== 'combobox')
      .map((it) => (it.type === 'radio' ? String(it.checked) : it.value)),
  )

it('no form of any kind loses what was typed, breaks, or refuses without saying where', async () => {
  const { page, said, close } = await seat(browser, program, 'wt-supervisor', { width: 1366, height: 900 })
  await go(page, `${program.base}/u/WT`)
  const { kinds } = await (await page.context().request.get(`${program.base}/api/kinds`)).json()
  expect(kinds.length).toBeGreaterThan(50)
  const answers: { status: number; body: Answer }[] = []
  page.on('response', async (it) => {
    if (it.request().method() !== 'POST' || !it.url().endsWith('/records')) return
    answers.push({ status: it.status(), body: await it.json().catch(() => null) })
  })
  const outcome = { stopped: 0, refused: 0, taken: 0 }
  const wrong: string[] = []
  for (const [at, { kind }] of (kinds as { kind: string }[]).entries()) {
    // As a link does it: the page is not loaded anew.
    await page.evaluate((path) => {
      history.pushState(null, '', path)
      dispatchEvent(new PopStateEvent('popstate'))
    }, `/u/WT/${kind}?new=true`)
    const sheet = page.getByRole('dialog')
    const submit = sheet.locator('form button[type=submit]')
    await submit.waitFor()
    await page.waitForFunction(
      (it) => location.pathname.endsWith(`/${it}`) && document.querySelector('dialog form'),
      kind,
    )

    const asked = await sheet.getByText('必填', { exact: true }).count()
    if (asked > 0 && at % 2 === 0) {
      await submit.click()
      const faulty = await sheet.locator('.field .fault').count()
      if (faulty === 0) wrong.push(`${kind}: nothing is said at an empty field that is required`)
    }
    await page.evaluate(({ source, seed, texts, days }) => new Function(`return (${source})`)()(seed, texts, days), {
      source: String(fill),
      seed: at + 7,
      texts: TEXTS,
      days: DAYS,
    })
    const before = await standing(page)
    const had = answers.length
    await submit.click()
    // Stopped at a field at once, or answered by the server.
    await page.waitForFunction(
      () =>
        !document.querySelector('dialog[open] form') ||
        (document.querySelector('dialog[open] .fault, dialog[open] .refusal') !== null &&
          document.querySelector('dialog[open] [aria-busy=true]') === null),
    )
    const answer = answers.length > had ? answers.at(-1) : undefined
    const open = (await sheet.locator('form').count()) > 0
    if (!open) {
      outcome.taken += 1
      await page.waitForURL((it) => !it.search.includes('new=true'))
      continue
    }
    if (answer) outcome.refused += 1
    else outcome.stopped += 1
    if (JSON.stringify(await standing(page)) !== JSON.stringify(before))
      wrong.push(`${kind}: what was typed is not there`)
    if (answer && answer.status >= 500) wrong.push(`${kind}: ${answer.status}`)
    const fields = (answer?.body?.reasons ?? []).map((it: Answer) => it.field).filter(Boolean)
    if (fields.length > 0 && (await sheet.locator('.field .fault').count()) === 0)
      wrong.push(`${kind}: ${fields} is refused, and nothing is said there`)
  }
  expect(wrong).toEqual([])
  expect(outcome.stopped + outcome.refused + outcome.taken).toBe(kinds.length)
  // Each way out is really gone by some.
  expect(Math.min(outcome.stopped, outcome.refused), JSON.stringify(outcome)).toBeGreaterThan(0)
  expect(said.filter((it) => !/Failed to load resource: the server responded with a status of 4/.test(it))).toEqual([])
  await close()
})
