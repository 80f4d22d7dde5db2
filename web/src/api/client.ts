/**
 * The one way to the server. A write carries an Idempotency-Key that its form made once, so that pressing again after a lost answer
 * registers nothing twice; a step carries the version that was seen. Every answer teaches the server's clock.
 */

import { learnServerTime } from '@/clock/ticker'
import { type Problem, Refused, unreachable, unreadable } from '@/refusal/refusal'

export interface Ask {
  query?: Record<string, string | number | boolean | undefined | null>
  body?: unknown
  /** Idempotency-Key. */
  key?: string
  /** The version that was seen. */
  version?: number
  signal?: AbortSignal | undefined
}

type Listener = () => void
const whenOver = new Set<Listener>()

/** Hears that the session has ended while somebody was working. */
export function onSessionOver(listener: Listener): () => void {
  whenOver.add(listener)
  return () => whenOver.delete(listener)
}

let proof: string | null = null
/** What the server told this page at sign-in; shown with every change. */
export const setProof = (it: string | null | undefined) => {
  proof = it ?? null
}

let language = 'zh-CN'
export const setSpoken = (it: string) => {
  language = it
}

export function address(path: string, query: Ask['query'] = {}): string {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') asked.set(name, String(value))
  }
  const text = asked.toString()
  return text ? `${path}?${text}` : path
}

export async function ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, asked: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language }
  if (asked.body !== undefined) headers['content-type'] = 'application/json'
  if (asked.key) headers['idempotency-key'] = asked.key
  if (asked.version !== undefined) headers['if-match'] = `"${asked.version}"`
  const response = await send(address(path, asked.query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    ...(asked.signal ? { signal: asked.signal } : {}),
  })
  if (response.status === 204) return undefined as T
  try {
    return JSON.parse(readable(await response.text())) as T
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(response.status)
    throw error
  }
}

const ODD = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?([+-])(\d\d):(\d\d):(\d\d)"/g

/** Long ago zones had offsets to the second, which no browser reads: such an instant is told in UTC. */
export function readable(text: string): string {
  return text.replace(ODD, (_, local: string, sign: string, ...[h, m, s]: string[]) => {
    const offset = (Number(h) * 3600 + Number(m) * 60 + Number(s)) * 1000
    return JSON.stringify(new Date(Date.parse(`${local}Z`) - (sign === '-' ? -offset : offset)).toISOString())
  })
}

/** Sends and refuses as problem details; for bodies that are no JSON. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    const headers = { ...(init.headers as Record<string, string>) }
    if (proof && init.method && init.method !== 'GET') headers['x-csrf-token'] = proof
    response = await (earlier(url, init.method) ?? fetch(url, { ...init, headers }))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  if (!Number.isNaN(date)) learnServerTime(date)
  if (response.ok) return response
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (response.status === 401 && !url.startsWith('/api/session')) for (const listener of whenOver) listener()
  if (!problem || typeof problem.code !== 'string') throw unreadable(response.status)
  throw new Refused({ ...problem, status: response.status })
}

declare global {
  /** What `public/early.js` asked for while this script was on its way, by its address. */
  var guanjiaEarly: { answers: Map<string, Promise<Response>>; until: number } | undefined
}

/** An answer that is on its way already. It is handed over once, and only to the page that is just beginning: after the first change, a sign-in
 * among them, what was asked before is of another time. */
function earlier(url: string, method: string | undefined): Promise<Response> | undefined {
  const early = globalThis.guanjiaEarly
  if (method !== 'GET') early?.answers.clear()
  const found = early?.answers.get(url)
  if (!early || !found) return undefined
  early.answers.delete(url)
  return Date.now() < early.until ? found : undefined
}

/** A key for one press of a button. Not `crypto.randomUUID`: that is missing over plain HTTP in an office network. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join('')
}
