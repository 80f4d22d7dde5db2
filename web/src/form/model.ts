/**
 * A form as data: which fields of a kind it asks for, what stands in them while somebody types, what is wrong, and what goes to the
 * server. Pure. The server decides; what is checked here only spares a round trip.
 */

import type { FieldOf, FieldSchema, KindOf, StepOf } from '@/api/types'
import { fen, yuan } from '@/design/number'
import type { Words } from '@/words'

export type FieldType =
  | 'text'
  | 'long-text'
  | 'phone'
  | 'bool'
  | 'int'
  | 'money'
  | 'ratio'
  | 'choice'
  | 'choices'
  | 'day'
  | 'instant'
  | 'moment'
  | 'member'
  | 'team'
  | 'unit'
  | 'files'
  | 'signature'

/** What stands in a field: texts as they are typed, so that nothing is lost or rewritten under the fingers. */
export type Typed = string | boolean | string[] | null

export interface Asked {
  name: string
  title: { zh: string; en: string }
  type: FieldType
  required: boolean
  /** `key`: the letter that chooses it. */
  of: { name: string; title: { zh: string; en: string }; key?: string }[]
  private?: { zh: string; en: string }
  max?: number
  least?: number
  most?: number
  fallback?: unknown
}

export interface LinkAsked {
  name: string
  title: { zh: string; en: string }
  kind: string
  required: boolean
}

export interface FormModel {
  step: StepOf
  fields: Asked[]
  links: LinkAsked[]
}

export type Values = Record<string, Typed>

function asked(field: FieldOf, required: boolean, schema: FieldSchema = {}): Asked {
  return {
    name: field.name,
    title: field.title,
    type: field.type as FieldType,
    required,
    of: field.of ?? [],
    ...(field.private ? { private: field.private } : {}),
    ...(schema.maxLength || schema.maxItems ? { max: schema.maxLength ?? schema.maxItems ?? 0 } : {}),
    ...(typeof schema.minimum === 'number' ? { least: schema.minimum } : {}),
    ...(typeof schema.maximum === 'number' ? { most: schema.maximum } : {}),
    ...(schema.default === undefined ? {} : { fallback: schema.default }),
  }
}

/** The form of a step; opening asks for links as well. */
export function formOf(kind: KindOf, step: StepOf): FormModel {
  const opening = step.name === 'open'
  const fields = step.form.flatMap((it) => {
    const field = kind.fields.find((field) => field.name === it.field)
    if (!field) return []
    const schema = kind.schema.properties?.[field.name]
    const required = (it.required || (opening && field.required)) && schema?.default === undefined
    return [asked(field, required, schema)]
  })
  return { step, fields, links: opening ? kind.links : [] }
}

/** What a form begins with: what the record holds, else the pack's default. A masked value is not taken: it would be written back. */
export function begin(model: FormModel, data: Record<string, unknown> = {}): Values {
  const values: Values = {}
  for (const field of model.fields) {
    const held = field.private ? undefined : data[field.name]
    values[field.name] = typed(field, held ?? (model.step.name === 'open' ? field.fallback : undefined))
  }
  return values
}

function typed(field: Asked, value: unknown): Typed {
  if (value === undefined || value === null) {
    return field.type === 'choices' || field.type === 'files' ? [] : field.type === 'bool' ? null : ''
  }
  if (field.type === 'money') return yuan(Number(value)).replace('−', '-')
  if (field.type === 'ratio') return String(Number(value) / 100)
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(String)
  return String(value)
}

export const isEmpty = (value: Typed | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'string' && value.trim() === '')

/** What is wrong, by field. */
export function faults(
  model: FormModel,
  values: Values,
  links: Record<string, string>,
  words: Words,
  text: (it: { zh: string; en: string }) => string,
): Map<string, string> {
  const found = new Map<string, string>()
  for (const field of model.fields) {
    const fault = faultOf(field, values[field.name], words, text(field.title))
    if (fault) found.set(field.name, fault)
  }
  for (const link of model.links) {
    if (link.required && !links[link.name]) found.set(link.name, words.form.fieldRequired(text(link.title)))
  }
  return found
}

const PHONE = /^\+?[\d\s\-()（）转#*]{3,40}$/

function faultOf(field: Asked, value: Typed | undefined, words: Words, title: string): string | null {
  if (isEmpty(value)) return field.required ? words.form.fieldRequired(title) : null
  const text = typeof value === 'string' ? value.trim() : ''
  switch (field.type) {
    case 'text':
    case 'long-text':
      return field.max !== undefined && [...text].length > field.max ? words.form.tooLong(title, field.max) : null
    case 'phone':
      return PHONE.test(text) ? null : words.form.notPhone(title)
    case 'int':
      return /^[-−]?\d{1,15}$/.test(text)
        ? range(field, Number(text.replace('−', '-')), words, title, String)
        : words.form.notNumber(title)
    case 'money': {
      const amount = fen(text)
      return amount === null ? words.form.notMoney(title) : range(field, amount, words, title, yuan)
    }
    case 'ratio':
      return /^[-−]?\d{1,6}(\.\d{1,2})?$/.test(text) ? null : words.form.notNumber(title)
    case 'day':
      return isDay(text) ? null : words.form.notDay(title)
    case 'moment':
    case 'instant':
      return isDay(text) || !Number.isNaN(Date.parse(text)) ? null : words.form.notDay(title)
    case 'choices':
    case 'files':
      return field.max !== undefined && Array.isArray(value) && value.length > field.max
        ? words.form.tooMany(title, field.max)
        : null
    default:
      return null
  }
}

function range(field: Asked, n: number, words: Words, title: string, show: (n: number) => string): string | null {
  const { least, most } = field
  if ((least === undefined || n >= least) && (most === undefined || n <= most)) return null
  return words.form.outOfRange(title, least === undefined ? '−∞' : show(least), most === undefined ? '∞' : show(most))
}

function isDay(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!found) return false
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** What goes to the server. An empty field stays out, unless the record holds something that is to go. */
export function toData(model: FormModel, values: Values, held: Record<string, unknown> = {}): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const field of model.fields) {
    const value = values[field.name]
    if (isEmpty(value)) {
      if (held[field.name] !== undefined && held[field.name] !== null && !field.private) data[field.name] = null
      continue
    }
    data[field.name] = wire(field, value as Exclude<Typed, null>)
  }
  return data
}

function wire(field: Asked, value: Exclude<Typed, null>): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim().replace('−', '-')
  switch (field.type) {
    case 'int':
      return Number(text)
    case 'money':
      return fen(text)
    case 'ratio':
      return Math.round(Number(text) * 100)
    case 'text':
      // A paste from a spreadsheet brings line breaks into a line.
      return value.trim().replace(/\s*[\r\n\t]+\s*/g, ' ')
    case 'bool':
      return text === 'true'
    default:
      return value.trim()
  }
}
