/** The server's shapes by the names that the interface uses. They come from openapi.json; only what differs by kind is said here. */

import type { components } from './schema'

type S = components['schemas']

export type Person = S['Person']
export type HeldBy = S['HeldBy']
export type DoneBy = S['DoneBy']
export type Unit = S['Unit']
export type ReminderOf = S['Reminder']
export type Reminders = S['Reminders']
export type OpenIdOffer = S['OpenIdOffer']
export type Kinds = S['Kinds']
export type KindRow = S['KindRow']
export type Titled = S['Titled']
export type FieldOf = S['Field']
export type StepOf = S['Step']
export type StateOf = S['KindState']

/** JSON Schema of a field, as far as forms use it. */
export interface FieldSchema {
  maxLength?: number
  minimum?: number | null
  maximum?: number | null
  maxItems?: number
  default?: unknown
}

export type KindOf = Omit<S['Kind'], 'schema'> & { schema: { properties?: Record<string, FieldSchema> } }
export type DutyRow = S['DutyRow']
export type RecordRow = S['RecordRow']
export type RecordPage = S['Records']
export type DutyToDo = S['DutyToDo']

export type Outcome = 'met' | 'missed' | 'excused' | 'exempt' | 'withdrawn'
export type DutyDecided = Omit<S['DutyDecided'], 'outcome'> & { outcome: Outcome }
export type DutyOf = Omit<S['DutyOf'], 'decided'> & { decided?: DutyDecided }
export type DutyList = Omit<S['DutyList'], 'duties'> & { duties: DutyOf[] }
export type StepNow = S['StepNow']
export type RecordOf = S['Record']
export type WholeRecord = Omit<S['WholeRecord'], 'duties'> & {
  duties: Omit<S['Duties'], 'decided'> & { decided: DutyDecided[] }
}
export type EntryOf = S['Entry']
export type ClocksOf = S['Clocks']
export type PublishedOf = S['Published']
export type PublishedPage = S['PublishedPage']
export type ReadersOf = S['Readers']
export type StepTaken = S['StepTaken']
export type PartOf = S['Part']
export type ClauseOf = S['Clause']
export type ScorecardOf = S['Scorecard']
export type EvidenceItem = S['EvidenceItem']
export type EvidenceOf = S['Evidence']
export type LossItem = S['LossItem']
export type LossesOf = S['Losses']
export type PackRow = S['PackRow']
export type PacksOf = S['Packs']
export type PackLinesOf = S['PackLines']
export type CheckedOf = S['Checked']
export type ChangesOf = S['Changes']
export type LookOf = S['Look']
export type ImportedOf = S['Imported']
export type Undone = S['Undone']
export type Outcomes = S['Outcomes']
export type OrganisationReport = S['OrganisationReport']
export type SealOf = S['Seal']
export type KeptCard = S['KeptCard']
export type ParameterOf = S['Parameter']
export type AccountOf = S['Account']
export type SignInsOf = S['SignIns']
export type Verified = S['Verified']
export type FigureOf = S['Figure']
export type ViewsOf = S['Views']
export type ErasureOf = S['ErasureAsked']
export type StandardRow = S['StandardRow']

/** Who is signed in. */
export interface Me {
  login?: string
  name: string
  /** A member's id; a customer and the operator at the machine have none. */
  member?: string
  /** A customer's id: the record that registers him. */
  party?: string
  /** Where he stands, with his posts there. */
  units?: {
    code: string
    name: string
    level: string
    posts: { post: string; grid?: string | null }[]
    /** What he may beside the steps of records. */
    may: string[]
    /** Kinds of people whose private values he may ask to be erased. */
    erases?: string[]
  }[]
  /** Shown with every change, to prove that a page of this site asks for it. */
  csrf?: string | null
  must_change_password?: boolean
}

export type CalendarYear = S['CalendarYear']

/** Opening hours by name: minutes of the day in pairs. */
export type CalendarsOf = Omit<S['Calendars'], 'hours'> & {
  hours: Record<string, { days: string; periods: [number, number][] }[]>
}
