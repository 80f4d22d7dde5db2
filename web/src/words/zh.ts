/** What the interface says, in Chinese. Sentences with parts are functions, so that each language orders them as it likes. */

import { desk } from './zh/desk'
import { phone } from './zh/phone'
import { record } from './zh/record'
import { settings } from './zh/settings'
import { shell } from './zh/shell'

export const zh = {
  language: 'zh-CN',
  product: '管家',
  ...shell,
  ...desk,
  ...settings,
  ...record,
  ...phone,
} as const

type Widened<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : T extends readonly string[]
      ? readonly string[]
      : { readonly [K in keyof T]: Widened<T[K]> }

export type Words = Widened<typeof zh>
