/** The server's shapes by the names that the interface uses. */

import type { Text } from '@/words'

export interface Person {
  id: string
  name?: string
  login?: string
}

export type HeldBy =
  | ({ type: 'member' } & Person)
  | ({ type: 'team' } & Person)
  | { type: 'pool'; post: string }
  | { type: 'unit' }

export type DoneBy =
  | ({ type: 'member' } & Person)
  | { type: 'party'; id: string }
  | { type: 'system' }
  | { type: 'source'; name: string }

export interface Unit {
  id: string
  code: string
  name: string
  level: string
  parent?: string | null
  zone: string
}

export interface KindRow {
  kind: string
  title: Text
  role?: string
  numbered: boolean
  states: number
  steps: number
  duties: number
}

export interface FieldOf {
  name: string
  title: Text
  type: string
  required: boolean
  of?: { name: string; title: Text }[]
  private?: Text
}

export interface StepOf {
  name: string
  title: Text
  from: string[]
  to?: string
  by: string[]
  form: { field: string; required: boolean }[]
  when?: string
  cosign: { who: string; required: boolean }[]
}

export interface StateOf {
  name: string
  title: Text
  closed: boolean
  waits?: string
  with?: string
}

/** JSON Schema of a field, as far as forms use it. */
export interface FieldSchema {
  maxLength?: number
  minimum?: number | null
  maximum?: number | null
  maxItems?: number
  default?: unknown
}

export interface KindOf {
  kind: string
  title: Text
  role?: string
  numbered: boolean
  label: string[]
  assignee?: string
  team?: string
  links: { name: string; title: Text; kind: string; required: boolean }[]
  fields: FieldOf[]
  states: StateOf[]
  open: StepOf
  steps: StepOf[]
  duties: { name: string; title: Text; until: string[]; pauses: string[]; safety: boolean }[]
  schema: { properties?: Record<string, FieldSchema> }
}

export interface DutyRow {
  duty: string
  occurrence: number
  holder: HeldBy
  start_at: string
  due_at: string
  inclusive: boolean
  late: boolean
  paused: boolean
  excused: boolean
}

export interface RecordRow {
  id: string
  number: string
  kind: string
  state: string
  version: number
  label: string
  opened_at: string
  closed_at?: string
  assignee?: Person
  team?: Person
  waits?: { cause: string; since: string }
  next?: DutyRow
  duties: number
  data?: Record<string, unknown>
}

export interface RecordPage {
  records: RecordRow[]
  next?: string
  as_of: string
}

export interface DutyToDo {
  duty: string
  title: Text
  occurrence: number
  holder: HeldBy
  held: { holder: HeldBy; from: string }[]
  start_at: string
  due_at: string
  inclusive: boolean
  late: boolean
  paused?: { cause: string; title?: Text; since: string }
  paused_seconds: number
  excused: boolean
  not_before?: string
}

export interface DutyDecided {
  duty: string
  title: Text
  occurrence: number
  holder: HeldBy
  doer?: Person
  start_at: string
  due_at: string
  inclusive: boolean
  outcome: 'met' | 'missed' | 'excused' | 'exempt' | 'withdrawn'
  done_at?: string
}

export interface DutyOf {
  unit: string
  record: RecordRow
  to_do?: DutyRow
  decided?: DutyDecided
}

export interface DutyList {
  duties: DutyOf[]
  more: boolean
  not_applied: number
}

export interface StepNow {
  step: string
  title: Text
  to?: string
  may: boolean
  why?: { code: string; field?: string; zh: string; en: string }[]
  form: { field: string; required: boolean }[]
  cosign?: string[]
}

export interface RecordOf {
  id: string
  number: string
  unit: string
  kind: string
  state: string
  version: number
  label: string
  opened_at: string
  closed_at?: string
  creator?: Person
  assignee?: Person
  team?: Person
  data: Record<string, unknown>
  links: Record<string, { id: string; label?: string }>
  times: Record<string, string>
  approvals: { approval: string; title: Text; stage: number; posts: string[]; returned: boolean }[]
  merged_into?: string
}

export interface WholeRecord {
  record: RecordOf
  duties: { to_do: DutyToDo[]; decided: DutyDecided[] }
  steps: StepNow[]
  as_of: string
}

export interface EntryOf {
  seq: number
  step: string
  title?: Text
  by: DoneBy
  recorded_by?: Person
  via: string
  occurred_at: string
  recorded_at: string
  data: Record<string, unknown>
  links?: Record<string, string>
  signatures?: { by: DoneBy; how: string; at: string; note?: string }[]
  second?: Person
  reason?: string
  change?: Record<string, unknown>
  hash: string
}

export interface ClocksOf {
  stretches: { state: string; with?: string; waits?: string; from: string; until?: string; seconds: number }[]
  clocks: { duty: DutyToDo; lines: Text[] }[]
  as_of: string
}

export interface StepTaken {
  record: RecordOf
  entry: number
  repeated: boolean
}

export interface PartOf {
  way: string
  m: number
  v: number
  n: number
  pending: number
  excused: number
  exempt: number
  withdrawn: number
  anomalous: number
  wilson_bp?: [number, number]
}

export interface ClauseOf {
  clause: string
  section?: string
  title: Text
  full: string
  points?: string
  state: string
  has_cases: boolean
  said: Text[]
  parts: PartOf[]
}

export interface ScorecardOf {
  id: string
  standard: string
  standard_version: number
  pack: string
  unit: string
  subject: string
  period: string
  as_of: string
  full: string
  earned: string
  covered: string
  total?: string
  grade?: string
  no_total?: Text
  parameters: string[]
  clauses: ClauseOf[]
}

export interface EvidenceItem {
  part: number
  record: string
  number: string
  project: string
  verdict: string
  reason: Text
  started_at?: string
  due_at?: string
  done_at?: string
  holder?: string
  costs?: string
}

export interface EvidenceOf {
  clause: ClauseOf
  items: EvidenceItem[]
}

export interface StandardRow {
  standard: string
  title: Text
  version: number
  scores: string
  period: string
  clauses: number
}

/** Who is signed in. */
export interface Me {
  login?: string
  name: string
  /** A member's id; the operator at the machine has none. */
  member?: string
}
