import { expect, it } from 'vitest'
import { refusedRows } from '@/organisation/report'

const row = (value: string) => ({
  sheet: '员工',
  line: 3,
  column: '姓名',
  value,
  code: 'wrong',
  zh: '不对，请改',
  en: 'Wrong',
})

it('the report of refused rows is a CSV whose cells are no formulas and keep their quotes, commas and lines', () => {
  const text = refusedRows(['表', '行', '列', '填的', '原因', '代码'], [row('=1+1'), row('a,"b"\nc')], 'zh')
  expect(text).toBe(
    '\uFEFF表,行,列,填的,原因,代码\r\n' +
      "员工,3,姓名,'=1+1,不对，请改,wrong\r\n" +
      '员工,3,姓名,"a,""b""\nc",不对，请改,wrong\r\n',
  )
})

it('a row without a column of its own is told in the language that is read', () => {
  const { column: _, ...whole } = row('x')
  expect(refusedRows(['h'], [whole], 'en')).toBe('\uFEFFh\r\n员工,3,,x,Wrong,wrong\r\n')
})
