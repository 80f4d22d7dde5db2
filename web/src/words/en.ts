import { desk } from './en/desk'
import { phone } from './en/phone'
import { record } from './en/record'
import { settings } from './en/settings'
import { shell } from './en/shell'
import type { Words } from './zh'

export const en: Words = {
  language: 'en',
  product: 'Guanjia',
  ...shell,
  ...desk,
  ...settings,
  ...record,
  ...phone,
}
