/** What the server refused, or what kept us from asking it: RFC 9457 problem details as the interface shows them. Pure. */

import type { Language, Words } from '@/words'

export interface Reason {
  code: string
  field?: string
  zh: string
  en: string
}

/** The body of a problem. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  field?: string
  zh: string
  en: string
  reasons?: Reason[]
}

/** A request that was not met. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail)
    this.name = 'Refused'
  }
}

const local = (code: string, status: number): Problem => ({
  type: `urn:guanjia:problem:${code}`,
  title: code,
  status,
  detail: code,
  code,
  zh: '',
  en: '',
})

/** Nothing answered. */
export const unreachable = () => new Refused(local('unreachable', 0))
/** Something answered that is none of ours, such as a proxy. */
export const unreadable = (status: number) => new Refused(local('unreadable', status))

export const isSessionOver = (error: unknown): boolean => error instanceof Refused && error.problem.status === 401
/** Whether it was refused under this code. */
export const isRefused = (error: unknown, code: string): boolean =>
  error instanceof Refused && error.problem.code === code

export const isStale = (error: unknown): boolean => isRefused(error, 'stale')
export const isOffline = (error: unknown): boolean => isRefused(error, 'unreachable')
export const isMissing = (error: unknown): boolean => error instanceof Refused && error.problem.status === 404

/** Title and lines: what is not possible, because of what, and what to do. */
export function told(error: unknown, language: Language, words: Words): { title: string; lines: string[] } {
  if (!(error instanceof Refused)) return { title: words.refusal.unreadable, lines: [words.refusal.unreadableAdvice] }
  const { problem } = error
  if (problem.code === 'unreachable') return { title: words.refusal.offline, lines: [words.refusal.offlineAdvice] }
  if (problem.code === 'unreadable') return { title: words.refusal.unreadable, lines: [words.refusal.unreadableAdvice] }
  const reasons = (problem.reasons ?? []).map((reason) => reason[language])
  if (reasons.length === 1) return sentence(reasons[0] ?? '')
  if (reasons.length > 1) return { title: problem[language] || problem.title, lines: reasons }
  return sentence(problem[language] || problem.detail || problem.title)
}

/** The first sentence is the title, what follows is the advice. */
function sentence(text: string): { title: string; lines: string[] } {
  const end = text.search(/[。；](?=.)|[.;] (?=\S)/)
  if (end < 0) return { title: text, lines: [] }
  return { title: text.slice(0, end + 1).replace(/[；;]$/, ''), lines: [text.slice(end + 1).trim()] }
}

/** The reasons by field, for the form. */
export function byField(error: unknown, language: Language): Map<string, string> {
  const found = new Map<string, string>()
  if (!(error instanceof Refused)) return found
  const { problem } = error
  for (const reason of problem.reasons ?? []) if (reason.field) found.set(reason.field, reason[language])
  if (problem.field && !found.has(problem.field)) found.set(problem.field, problem[language])
  return found
}
