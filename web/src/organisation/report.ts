/** The refused rows of a workbook as a file that a spreadsheet opens. Pure. */

import type { OrganisationReport } from '@/api/types'
import type { Language } from '@/words'

type Refusal = OrganisationReport['refusals'][number]

/** A sheet takes a cell that begins so for a formula; what was typed stays readable and is none. */
const FORMULA = /^[=+\-@\t\r]/

function cell(value: string): string {
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** With a mark in front that it is UTF-8, which spreadsheets do not guess. */
export function refusedRows(heads: readonly string[], refusals: readonly Refusal[], language: Language): string {
  const rows = refusals.map((it) => [it.sheet, String(it.line), it.column ?? '', it.value, it[language], it.code])
  return `\uFEFF${[heads, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
