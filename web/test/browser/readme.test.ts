/** The first day of both READMEs, by somebody who knows nothing else: no id, no class, only words that stand there in quotes. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium'
import { begin, type Program } from './program'
import { Reader, Story } from './reader'
import { PHONE, type Seat, type Window, window } from './session'

const TOLD = {
  zh: {
    file: '../README.zh-CN.md',
    chapter: '第一天',
    login: '账号',
    password: '密码',
    signIn: '登录',
    language: undefined,
    takeCall: '来电登记',
    said: '业主说',
    fault: '厨房水管漏水，地上都湿了',
    register: '登记并派单',
    dispatch: '派单台',
    give: '派给赵朔',
    arrive: '到场',
    start: '开工',
    complete: '完工：拍照、签字',
    result: '维修结果',
    done: '已修复',
    work: '维修记录',
    sent: '已同步',
    finish: '完工',
    duties: '我的应办',
    followUp: '回访',
    way: '回访方式',
    phone: '电话',
    satisfied: '是否满意',
    yes: '是',
    followedUp: '已回访',
    scorecards: '考核表',
    people: '员工',
    section: '维修',
    clause: '完工后限期回访，上门回访有签字',
    met: '达成',
  },
  en: {
    file: '../README.md',
    chapter: 'The first day',
    login: 'Login',
    password: 'Password',
    signIn: 'Sign in',
    language: 'English',
    takeCall: 'Take a call',
    said: 'The caller says',
    fault: 'water leaks under the kitchen sink',
    register: 'Register and dispatch',
    dispatch: 'Dispatch',
    give: 'Give to 赵朔',
    arrive: 'Arrive',
    start: 'Start',
    complete: 'Complete: photo, signature',
    result: 'Result',
    done: 'Repaired',
    work: 'What was done',
    sent: 'all sent',
    finish: 'Complete',
    duties: 'My duties',
    followUp: 'Follow up',
    way: 'Way of the follow-up',
    phone: 'Phone',
    satisfied: 'Satisfied',
    yes: 'Yes',
    followedUp: 'Followed up',
    scorecards: 'Scorecards',
    people: 'People',
    section: 'Repair',
    clause: 'Followed up in time after completion; a home visit is signed',
    met: 'Met',
  },
}

let program: Program
let browser: Browser

beforeAll(async () => {
  ;[program, browser] = await Promise.all([begin(), launch()])
})

afterAll(async () => {
  await browser?.close()
  await program?.stop()
})

describe.each(Object.values(TOLD))('$file', (word) => {
  const seats: Seat[] = []

  it('takes a call, dispatches it, finishes it on a phone, follows up, and opens the score down to the call', async () => {
    const story = new Story(word.file, word.chapter)

    /** Opens an address in a window of one's own and signs in, in Chinese unless the README says otherwise. */
    const enter = async (login: string, path = '/', size: Window = {}): Promise<Reader> => {
      const seat = await window(browser, size)
      seats.push(seat)
      await seat.page.goto(`${program.base}${path}`)
      const reader = new Reader(seat.page, story)
      if (word.language) await reader.press(word.language)
      await reader.write(word.login, story.typed(login))
      await reader.write(word.password, program.password)
      await reader.press(word.signIn)
      return reader
    }

    const desk = await enter('wt-desk')
    await desk.press(word.takeCall)
    await desk.write(word.said, story.typed(`1-1-101 ${word.fault}`))
    await desk.page.getByRole('heading', { level: 1, name: '1-1-101' }).waitFor()
    await desk.press(word.register)
    await desk.page.getByRole('heading', { level: 1, name: word.fault }).waitFor()
    const number = /WX-WT-\d{8}-\d{4}/.exec(await desk.page.getByRole('main').innerText())?.[0] ?? 'no number'

    const lead = await enter('wt-eng-lead')
    await lead.press(word.dispatch)
    const waiting = lead.page.getByRole('button', { name: word.fault })
    await waiting.click()
    await lead.press(word.give)
    await waiting.waitFor({ state: 'detached' })

    const phone = await enter('wt-eng-1', story.typed('/field'), PHONE)
    const job = phone.page.getByRole('region', { name: word.fault })
    await job.getByRole('heading', { name: '1-1-101' }).waitFor()
    await phone.pressTwice(word.arrive)
    await phone.pressTwice(word.start)
    await phone.press(word.complete)
    await phone.choose(word.result, word.done)
    await phone.write(word.work, '更换接头，试水正常')
    await phone.send(word.finish)
    await job.waitFor({ state: 'detached' })
    await phone.sees(word.sent)

    const steward = await enter('wt-steward-1')
    await steward.sees(word.duties)
    const duty = steward.page.getByRole('listitem').filter({ hasText: word.fault })
    await duty.getByRole('link', { name: number }).first().click()
    await steward.page.getByRole('heading', { level: 1, name: word.fault }).waitFor()
    await steward.press(word.followUp)
    await steward.choose(word.way, word.phone)
    await steward.choose(word.satisfied, word.yes)
    await steward.send(word.followUp)
    await steward.sees(word.followedUp)

    const supervisor = await enter('wt-supervisor')
    await supervisor.press(word.scorecards)
    await supervisor.pick(word.people, '王宁')
    await supervisor.unfold(word.section)
    await supervisor.press(word.clause)
    const drawer = supervisor.page.getByRole('region', { name: word.clause })
    const evidence = drawer.getByRole('listitem').filter({ hasText: number })
    await evidence.getByText(story.quoted(word.met)).waitFor()
    await evidence.getByRole('link', { name: number }).click()
    await supervisor.page.getByRole('heading', { level: 1, name: word.fault }).waitFor()

    expect(story.unused(), 'quoted in the README and never looked for').toEqual([])
    // A page asks who is signed in before anybody is, and the browser notes each answer of 401.
    expect(seats.flatMap((it) => it.said.filter((line) => !/401 .*\/api\/me$/.test(line)))).toEqual([])
    for (const seat of seats) await seat.close()
  })
})
