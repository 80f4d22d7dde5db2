import { describe, expect, it } from 'vitest'
import { civil, hourMinute, until, when } from '@/clock/day'
import { announced, type ClockFacts, face, nearlyDue } from '@/clock/face'
import { limitText, say, spanText } from '@/clock/say'
import { DAY, HOUR, MINUTE, rough, SECOND, toTheSecond } from '@/clock/span'
import { serverNow, serverNowAfter } from '@/clock/ticker'
import { en } from '@/words/en'
import { zh } from '@/words/zh'

const ZONE = 'Asia/Shanghai'
const NOW = Date.parse('2026-03-31T10:24:00+08:00')
const at = (time: string) => Date.parse(`2026-03-${time}+08:00`)
const hours = (it: number) => hourMinute(civil(it, ZONE))
const cause = (name: string) => ({ owner: '业主', parts: '配件' })[name] ?? name

const said = (facts: ClockFacts, long = false) => say(facts, NOW, zh, cause, hours, long).text
const state = (facts: ClockFacts) => face(facts, NOW).state

describe('what a clock says', () => {
  const table: [string, ClockFacts, string, string][] = [
    ['runs', { due: NOW + 2 * HOUR + 10 * MINUTE, limit: 4 * HOUR }, 'ample', '还剩 2 小时 10 分'],
    [
      'is cut down, never up',
      { due: NOW + 2 * HOUR + 10 * MINUTE + 59 * SECOND, limit: 4 * HOUR },
      'ample',
      '还剩 2 小时 10 分',
    ],
    [
      'has two units from a day on',
      { due: NOW + DAY + 13 * HOUR + 59 * MINUTE, limit: 3 * DAY },
      'ample',
      '还剩 1 天 13 小时',
    ],
    ['leaves out a smaller unit of nothing', { due: NOW + 2 * DAY, limit: 3 * DAY }, 'ample', '还剩 2 天'],
    [
      'has no seconds from ten minutes on',
      { due: NOW + 10 * MINUTE + 30 * SECOND, limit: 30 * MINUTE },
      'ample',
      '还剩 10 分',
    ],
    ['has seconds below', { due: NOW + 4 * MINUTE + 12 * SECOND, limit: 30 * MINUTE }, 'soon', '还剩 4 分 12 秒'],
    ['pads what stands behind', { due: NOW + HOUR + 5 * MINUTE, limit: 8 * HOUR }, 'soon', '还剩 1 小时 05 分'],
    ['is over', { due: NOW - MINUTE - 5 * SECOND, limit: 5 * MINUTE }, 'overdue', '已超 1 分 05 秒'],
    ['is long over', { due: NOW - 5 * DAY - 10 * HOUR }, 'overdue', '已超 5 天 10 小时'],
    [
      'stands still',
      { due: NOW + HOUR, paused: { since: NOW - 35 * MINUTE, cause: 'owner', left: HOUR } },
      'paused',
      '已暂停 35 分 · 等待业主',
    ],
    [
      'is an appointment',
      { due: at('31T15:00:00'), appointed: { from: at('31T14:00:00'), until: at('31T15:00:00') } },
      'appointed',
      '约定 14:00–15:00 · 3 小时 36 分后',
    ],
    [
      'was done in time',
      { due: NOW, limit: 5 * MINUTE, done: { at: NOW, used: 3 * MINUTE + 40 * SECOND } },
      'done',
      '用时 3 分 40 秒，限 5 分钟',
    ],
    [
      'was done late',
      { due: NOW, limit: 5 * MINUTE, done: { at: NOW, used: 6 * MINUTE + 12 * SECOND } },
      'late-done',
      '超 1 分 12 秒',
    ],
  ]
  it.each(table)('%s', (_, facts, expected, text) => {
    expect(said(facts)).toBe(text)
    expect(state(facts)).toBe(expected)
  })

  it('tells on the record what it was paused for', () => {
    const facts = { due: NOW + 2 * HOUR + 10 * MINUTE, limit: 4 * HOUR, pausedFor: 35 * MINUTE }
    expect(said(facts, true)).toBe('还剩 2 小时 10 分 · 已暂停 35 分')
    expect(said(facts)).toBe('还剩 2 小时 10 分')
  })

  it('says the same in English', () => {
    expect(say({ due: NOW + 90 * MINUTE }, NOW, en, cause, hours).text).toBe('1 h 30 min left')
  })
})

describe('nearly due', () => {
  const table: [string, number, number | undefined, boolean, boolean][] = [
    ['at a quarter of the limit', 30 * MINUTE, 2 * HOUR, false, true],
    ['not above it', 31 * MINUTE, 2 * HOUR, false, false],
    ['in the last 15 minutes of an hour', 15 * MINUTE, HOUR, false, true],
    ['at half of 10 minutes', 5 * MINUTE, 10 * MINUTE, false, true],
    ['not above half of 5 minutes', 2 * MINUTE + 31 * SECOND, 5 * MINUTE, false, false],
    ['always, if urgent', 3 * MINUTE, 3 * MINUTE, true, true],
    ['in the last 15 minutes without a limit', 15 * MINUTE, undefined, false, true],
    ['not before, without a limit', 16 * MINUTE, undefined, false, false],
  ]
  it.each(table)('%s', (_, left, limit, urgent, expected) => {
    expect(nearlyDue(left, limit, urgent)).toBe(expected)
  })
})

describe('the next change of a face', () => {
  it('comes when the words change and not before', () => {
    for (const due of [
      NOW + 59 * SECOND + 300,
      NOW + 2 * HOUR + 30 * SECOND,
      NOW - 10 * MINUTE - 1,
      NOW + 9 * MINUTE + 59 * SECOND + 999,
    ]) {
      const { next } = face({ due }, NOW)
      expect(next).not.toBeNull()
      const text = (now: number) => say({ due }, now, zh, cause, hours).text
      expect(text(NOW + (next ?? 0) - 1)).toBe(text(NOW))
      expect(text(NOW + (next ?? 0))).not.toBe(text(NOW))
    }
  })
})

describe('a screen reader', () => {
  it('hears a clock at 15, 5, 1 minutes and when it is due, and at no other time', () => {
    const heard: number[] = []
    for (let now = NOW; now <= NOW + 20 * MINUTE; now += SECOND) {
      const mark = announced(NOW + 18 * MINUTE, now - SECOND, now)
      if (mark !== null) heard.push(mark / MINUTE)
    }
    expect(heard).toEqual([15, 5, 1, 0])
  })
})

describe('lengths', () => {
  const table: [number, string][] = [
    [0, '0 秒'],
    [59 * SECOND, '59 秒'],
    [60 * SECOND, '1 分'],
    [4 * HOUR, '4 小时'],
    [9 * HOUR + 40 * MINUTE, '9 小时 40 分'],
    [13 * HOUR + 36 * MINUTE, '13 小时 36 分'],
  ]
  it.each(table)('%d ms is %s', (ms, text) => expect(spanText(rough(ms), zh)).toBe(text))

  it('of what was used go to the second', () => {
    expect(spanText(toTheSecond(HOUR + 46 * MINUTE + 20 * SECOND), zh)).toBe('1 小时 46 分 20 秒')
    expect(spanText(toTheSecond(20 * MINUTE + 5 * SECOND), zh)).toBe('20 分 05 秒')
  })
  it('of limits say 分钟 alone', () => {
    expect(limitText(5 * MINUTE, zh)).toBe('5 分钟')
    expect(limitText(4 * HOUR, zh)).toBe('4 小时')
    expect(limitText(3 * DAY, zh)).toBe('3 天')
  })
})

describe('days', () => {
  it('end at 24:00 of the same day, never at 0:00 of the next', () => {
    expect(until(at('09T00:00:00'), NOW, ZONE, zh)).toBe('3 月 8 日 24:00')
    expect(until(Date.parse('2026-04-01T00:00:00+08:00'), NOW, ZONE, zh)).toBe('今天 24:00')
  })
  it('have a year only if it is another', () => {
    expect(when(at('31T09:05:00'), NOW, ZONE, zh)).toBe('9:05')
    expect(when(at('30T09:05:00'), NOW, ZONE, zh)).toBe('昨天 9:05')
    expect(when(at('16T09:12:00'), NOW, ZONE, zh)).toBe('3 月 16 日 9:12')
    expect(when(Date.parse('2025-11-02T09:12:00+08:00'), NOW, ZONE, zh)).toBe('2025 年 11 月 2 日 9:12')
  })
  it('are those of the unit, not of the machine', () => {
    expect(when(Date.parse('2026-03-30T23:30:00Z'), NOW, ZONE, zh)).toBe('7:30')
  })
})

it('lays a step never before the record that it is taken on, whatever the clock of the machine', () => {
  const recorded = new Date(serverNow() + 1_500).toISOString().replace('Z', '999Z')
  expect(serverNowAfter(recorded)).toBeGreaterThan(Date.parse(recorded))
  const long = new Date(serverNow() - 60_000).toISOString()
  expect(Math.abs(serverNowAfter(long) - serverNow())).toBeLessThan(1_000)
})
