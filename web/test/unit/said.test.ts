import { expect, it } from 'vitest'
import { guess, heard } from '@/intake/said'

const TRADES = [
  { name: 'water', title: { zh: '给排水', en: 'Water and drains' } },
  { name: 'door', title: { zh: '门窗锁', en: 'Doors, windows, locks' } },
  { name: 'lift', title: { zh: '电梯', en: 'Lift' } },
]

it.each([
  ['厨房水管漏水，地上都湿了', 'water'],
  ['water leaks under the kitchen sink', 'water'],
  ['the WINDOW does not shut', 'door'],
  ['a parcel was lifted', null],
  ['the TV and the hall', null],
  ['', null],
])('“%s” is of the trade %s', (text, trade) => {
  expect(guess(text, TRADES)).toBe(trade)
})

it.each([
  ['1-1-101 厨房水管漏水', '1-1-101', '', '厨房水管漏水'],
  ['3栋2单元1202 电话13800001234，灯不亮', '3-2-1202', '13800001234', '电话 ，灯不亮'],
  ['没有房号', '', '', '没有房号'],
])('of “%s” room, telephone and the rest are taken apart', (text, room, phone, rest) => {
  expect(heard(text)).toEqual({ room, phone, rest })
})
