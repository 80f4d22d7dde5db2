import { describe, expect, it } from 'vitest'
import { joined, onDay, shares } from '@/clock/ribbon'
import { tokensCss } from '@/design/css'
import { difference, fen, loss, percent, points, sum, yuan } from '@/design/number'
import tokens from '@/design/tokens.json'
import { byField, Refused, told } from '@/refusal/refusal'
import { zh } from '@/words/zh'

/** WCAG 2.2 relative luminance and contrast. */
function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [dark = 0, bright = 0] = [light(a), light(b)].sort((x, y) => x - y)
  return (bright + 0.05) / (dark + 0.05)
}

describe.each(['light', 'dark'] as const)('the %s palette', (theme) => {
  const palette = tokens.colour[theme]
  const pairs: [keyof typeof palette, keyof typeof palette][] = [
    ['ink3', 'primaryTint'],
    ['ink3', 'sunk'],
    ['onPrimary', 'primary'],
    ['onCounter2', 'counter'],
    ['soon', 'soonTint'],
    ['surface', 'missed'],
    ['paused', 'pausedTint'],
    ['pending', 'pendingTint'],
    ['met', 'metTint'],
    ['excused', 'surface'],
  ]
  it.each(pairs)('%s on %s can be read', (ink, ground) => {
    expect(contrast(palette[ink], palette[ground])).toBeGreaterThanOrEqual(4.5)
  })
})

it('the tokens become variables of both themes', () => {
  const css = tokensCss()
  expect(css).toContain(`--ink3:${tokens.colour.light.ink3}`)
  expect(css).toContain(`--primary-tint:${tokens.colour.dark.primaryTint}`)
  expect(css).toContain('[data-density=compact]')
})

describe('numbers', () => {
  it('of points have two decimals and a true minus', () => {
    expect(points('-0.39')).toBe('−0.39')
    expect(loss('0.39')).toBe('−0.39')
    expect(loss('0.00')).toBe('')
    expect(difference('12.00', '11.74')).toBe('0.26')
    expect(sum(['2.00', '0.39', '0.28', '0.27', '0.21', '0.13', '0.05'])).toBe('3.33')
  })
  it('of money are fen inside and yuan outside', () => {
    expect(yuan(24_300)).toBe('243.00')
    expect(fen('¥1,234.5')).toBe(123_450)
    expect(fen('12.345')).toBeNull()
    expect(percent(9750)).toBe('97.5')
  })
})

describe('a refusal', () => {
  const problem = {
    type: '',
    title: '未能办理。',
    status: 422,
    detail: '',
    code: 'refused',
    zh: '未能办理。',
    en: 'It was not done.',
  }
  it('says what is not possible, then what to do', () => {
    const one = {
      code: 'condition',
      field: 'satisfied',
      zh: '还不能归档。回访写的是“不满意”，要先安排返修。',
      en: 'Not yet. Rework first.',
    }
    expect(told(new Refused({ ...problem, reasons: [one] }), 'zh', zh)).toEqual({
      title: '还不能归档。',
      lines: ['回访写的是“不满意”，要先安排返修。'],
    })
    expect(byField(new Refused({ ...problem, reasons: [one] }), 'en').get('satisfied')).toBe('Not yet. Rework first.')
  })
  it('lists several reasons under one title', () => {
    const reasons = ['a', 'b'].map((code) => ({ code, zh: `${code}。`, en: `${code}.` }))
    expect(told(new Refused({ ...problem, reasons }), 'zh', zh)).toEqual({ title: '未能办理。', lines: ['a。', 'b。'] })
  })
})

describe('ribbons', () => {
  const stretch = (from: number, until: number, who: string, waits = false) => ({ from, until, with: who, waits })
  it('join neighbours of one holder and add up', () => {
    const all = [
      stretch(0, 10, 'service'),
      stretch(10, 20, 'work'),
      stretch(20, 30, 'work'),
      stretch(30, 35, 'owner', true),
      stretch(35, 50, 'work'),
    ]
    expect(joined(all)).toHaveLength(4)
    expect(shares(all)).toEqual([
      { with: 'service', waits: false, ms: 10 },
      { with: 'work', waits: false, ms: 35 },
      { with: 'owner', waits: true, ms: 5 },
    ])
  })
  it('fold the hours after the shift', () => {
    expect(onDay(50, 0, 100, 200)).toBe(44)
    expect(onDay(100, 0, 100, 200)).toBe(88)
    expect(onDay(200, 0, 100, 200)).toBe(100)
  })
})
