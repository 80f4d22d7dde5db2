/** What the pages ask for: one query a function, so that a live event can name what it changes. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { dutiesOf } from '@/field/own'
import { isMissing } from '@/refusal/refusal'
import { ask, setProof } from './client'
import type {
  CalendarsOf,
  CalendarYear,
  ClocksOf,
  DutyList,
  EntryOf,
  EvidenceOf,
  FigureOf,
  KeptCard,
  KindOf,
  Kinds,
  LossesOf,
  Me,
  OpenIdOffer,
  PublishedOf,
  PublishedPage,
  ReadersOf,
  RecordPage,
  RecordRow,
  Reminders,
  ScorecardOf,
  SealOf,
  StandardRow,
  Unit,
  WholeRecord,
} from './types'

export const unitPath = (unit: string) => `/api/units/${encodeURIComponent(unit)}`
export const recordPath = (unit: string, record: string) => `${unitPath(unit)}/records/${encodeURIComponent(record)}`

const LONG = 10 * 60_000

/** Whether one can sign in at a provider, and what its button says. */
export const openIdQuery = queryOptions({
  queryKey: ['openid'],
  queryFn: ({ signal }) => ask<OpenIdOffer>('GET', '/api/openid', { signal }),
  staleTime: LONG,
})

export const meQuery = queryOptions({
  queryKey: ['me'],
  // Where the machine's own key opened the page there is nobody to name.
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      const me = await ask<Me>('GET', '/api/me', { signal })
      setProof(me.csrf)
      if (!me.member) delete me.member
      return me
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },
  staleTime: LONG,
  retry: false,
  // A page that mounts asks nothing that was answered, with a refusal or without one.
  retryOnMount: false,
})

/** How much of what oneself is reminded of is unread. */
export const unreadQuery = queryOptions({
  queryKey: ['reminders', 'unread'],
  queryFn: async ({ signal }) =>
    (await ask<Reminders>('GET', '/api/reminders', { query: { unread: true }, signal })).unread,
})

/** What oneself is reminded of in all units, the latest first. */
export const remindersQuery = queryOptions({
  queryKey: ['reminders', 'all'],
  queryFn: async ({ signal }) => (await ask<Reminders>('GET', '/api/reminders', { signal })).reminders,
})

export const unitsQuery = queryOptions({
  queryKey: ['units'],
  queryFn: async ({ signal }) => (await ask<{ units: Unit[] }>('GET', '/api/units', { signal })).units,
  staleTime: LONG,
})

const allKinds = {
  queryKey: ['kinds'],
  queryFn: ({ signal }: { signal: AbortSignal }) => ask<Kinds>('GET', '/api/kinds', { signal }),
  staleTime: LONG,
}
const rowsOf = (it: Kinds) => it.kinds

export const kindsQuery = queryOptions({ ...allKinds, select: rowsOf })
/** With what posts and causes are called. */
export const namesQuery = queryOptions(allKinds)

export const kindQuery = (kind: string) =>
  queryOptions({
    queryKey: ['kind', kind],
    queryFn: ({ signal }) => ask<KindOf>('GET', `/api/kinds/${encodeURIComponent(kind)}`, { signal }),
    staleTime: LONG,
  })

export const countsQuery = (unit: string) =>
  queryOptions({
    queryKey: ['counts', unit],
    queryFn: async ({ signal }) =>
      (
        await ask<{ counts: { kind: string; state: string; records: number }[] }>('GET', `${unitPath(unit)}/counts`, {
          signal,
        })
      ).counts,
    staleTime: 15_000,
  })

export interface ListAsked {
  kind?: string | undefined
  state?: string | undefined
  open?: string | undefined
  q?: string | undefined
  overdue?: boolean | undefined
  sort?: string | undefined
  fields?: string | undefined
  /** Name of a link and the record that it leads to. */
  link?: [string, string]
  limit?: number
}

export const pageOf = (unit: string, { link, ...asked }: ListAsked, cursor: string | undefined, signal?: AbortSignal) =>
  ask<RecordPage>('GET', `${unitPath(unit)}/records`, {
    query: { ...asked, ...(link ? { [link[0]]: link[1] } : {}), cursor },
    signal,
  })

export const listQuery = (unit: string, asked: ListAsked) =>
  queryOptions({
    queryKey: ['records', unit, asked],
    queryFn: ({ signal }) => pageOf(unit, asked, undefined, signal),
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  })

/** All rows of a register: some thousands at the most, 200 at a time. */
export async function everyRow(unit: string, asked: ListAsked, signal?: AbortSignal): Promise<RecordRow[]> {
  const rows: RecordRow[] = []
  let cursor: string | undefined
  do {
    const page = await pageOf(unit, { limit: 200, ...asked }, cursor, signal)
    rows.push(...page.records)
    cursor = page.next
  } while (cursor)
  return rows
}

export const recordQuery = (unit: string, record: string) =>
  queryOptions({
    queryKey: ['record', unit, record],
    queryFn: ({ signal }) => ask<WholeRecord>('GET', recordPath(unit, record), { signal }),
    staleTime: 5_000,
  })

/** What is published of one kind, the latest first. */
export const publishedQuery = (unit: string, kind: string) =>
  infiniteQueryOptions({
    queryKey: ['published', unit, 'all', kind],
    queryFn: ({ signal, pageParam }) =>
      ask<PublishedPage>('GET', `${unitPath(unit)}/published`, { query: { kind, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    staleTime: 30_000,
  })

export const publishedPath = (unit: string, record: string) =>
  `${unitPath(unit)}/published/${encodeURIComponent(record)}`

export const shownQuery = (unit: string, record: string) =>
  queryOptions({
    queryKey: ['published', unit, 'one', record],
    queryFn: ({ signal }) => ask<PublishedOf>('GET', publishedPath(unit, record), { signal }),
    staleTime: 10_000,
  })

/** How many have confirmed that they read what is published, of how many. */
export const readersQuery = (unit: string, record: string) =>
  queryOptions({
    queryKey: ['published', unit, 'readers', record],
    queryFn: ({ signal }) => ask<ReadersOf>('GET', `${publishedPath(unit, record)}/readers`, { signal }),
    staleTime: 10_000,
  })

export const journalQuery = (unit: string, record: string) =>
  queryOptions({
    queryKey: ['journal', unit, record],
    queryFn: async ({ signal }) =>
      (await ask<{ entries: EntryOf[] }>('GET', `${recordPath(unit, record)}/journal`, { signal })).entries,
    staleTime: 5_000,
  })

export const clocksQuery = (unit: string, record: string) =>
  queryOptions({
    queryKey: ['clocks', unit, record],
    queryFn: ({ signal }) => ask<ClocksOf>('GET', `${recordPath(unit, record)}/clocks`, { signal }),
    staleTime: 5_000,
  })

export const dutiesQuery = (asked: {
  unit?: string
  member?: string | undefined
  state?: string
  from?: string
  to?: string
  limit?: number
  places?: boolean
  kind?: string
  outcome?: string
  alone?: boolean
}) =>
  queryOptions({
    queryKey: ['duties', asked],
    queryFn: ({ signal }) => ask<DutyList>('GET', '/api/duties', { query: asked, signal }),
    staleTime: 10_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  })

/** Records opened and duties decided, window by window. */
export const figuresQuery = (unit: string, asked: { kind: string; by: string; from: string; to: string }) =>
  queryOptions({
    queryKey: ['figures', unit, asked],
    queryFn: async ({ signal }) =>
      (await ask<{ figures: FigureOf[] }>('GET', `${unitPath(unit)}/figures`, { query: asked, signal })).figures,
    staleTime: 60_000,
  })

/** Units that are asked for one by one. */
const UNITS = 12

/** What was given to oneself, in the units where one stands: as duties, each record by the one that is due first. */
export const ownQuery = (units: readonly string[], member: string) =>
  queryOptions({
    queryKey: ['duties', 'own', units, member],
    queryFn: async ({ signal }) => {
      const of = (unit: string, by: 'assignee' | 'holder') =>
        ask<RecordPage>('GET', `${unitPath(unit)}/records`, {
          query: { [by]: member, sort: 'due', limit: 100 },
          signal,
        }).then((it) => dutiesOf(unit, it.records))
      const asked = units.slice(0, UNITS).flatMap((it) => [of(it, 'assignee'), of(it, 'holder')])
      return (await Promise.all(asked)).flat()
    },
    staleTime: 10_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  })

export const standardsQuery = queryOptions({
  queryKey: ['standards'],
  queryFn: async ({ signal }) =>
    (await ask<{ standards: StandardRow[] }>('GET', '/api/standards', { signal })).standards,
  staleTime: LONG,
})

export const cardsQuery = (unit: string, asked: { standard: string; period: string; member?: string | undefined }) =>
  queryOptions({
    queryKey: ['cards', unit, asked],
    queryFn: async ({ signal }) =>
      (await ask<{ cards: ScorecardOf[] }>('GET', `${unitPath(unit)}/scorecards`, { query: asked, signal })).cards,
    staleTime: 30_000,
  })

export const cardQuery = (unit: string, id: string) =>
  queryOptions({
    queryKey: ['card', unit, id],
    queryFn: ({ signal }) =>
      ask<ScorecardOf>('GET', `${unitPath(unit)}/scorecards/${encodeURIComponent(id)}`, { signal }),
    staleTime: 30_000,
  })

export const lossesQuery = (unit: string, id: string) =>
  queryOptions({
    queryKey: ['evidence', unit, id, 'losses'],
    queryFn: ({ signal }) =>
      ask<LossesOf>('GET', `${unitPath(unit)}/scorecards/${encodeURIComponent(id)}/losses`, { signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })

export const evidenceQuery = (unit: string, id: string, clause: string) =>
  queryOptions({
    queryKey: ['evidence', unit, id, clause],
    queryFn: ({ signal }) =>
      ask<EvidenceOf>(
        'GET',
        `${unitPath(unit)}/scorecards/${encodeURIComponent(id)}/clauses/${encodeURIComponent(clause)}/evidence`,
        {
          signal,
        },
      ),
    staleTime: 30_000,
  })

/** Holidays and make-up days of a year. */
export const yearQuery = (year: number) =>
  queryOptions({
    queryKey: ['calendars', year],
    queryFn: ({ signal }) => ask<CalendarYear>('GET', `/api/calendars/${year}`, { signal }),
    staleTime: LONG,
  })

export const calendarsQuery = queryOptions({
  queryKey: ['calendars'],
  queryFn: ({ signal }) => ask<CalendarsOf>('GET', '/api/calendars', { signal }),
  staleTime: LONG,
})

/** Shifts that are planned or kept now. A roster reaches weeks ahead, so there is more than one page of it, and never no end. */
export const shiftsQuery = (unit: string, kind: string) =>
  queryOptions({
    queryKey: ['records', unit, 'shifts', kind],
    queryFn: async ({ signal }) => {
      const found: RecordRow[] = []
      let cursor: string | undefined
      for (let page = 0; page < 10; page += 1) {
        const got = await pageOf(unit, { kind, fields: 'from,until,member', limit: 200 }, cursor, signal)
        found.push(...got.records)
        cursor = got.next
        if (!cursor) break
      }
      return found
    },
    staleTime: 60_000,
  })

/** What pages show of a card as it was sealed. */
export type Kept = Pick<
  KeptCard,
  'id' | 'subject' | 'as_of' | 'revision' | 'shown_at' | 'total' | 'grade' | 'standard_version'
>

/**
 * A period as it was sealed; null where it is open still. The records of seals say which are closed: asking for one that is not would be
 * refused. Who may not see others' scores has his own card alone, in the record that keeps it.
 */
export const sealQuery = (unit: string, standard: string, period: string) =>
  queryOptions({
    queryKey: ['seal', unit, standard, period],
    queryFn: async ({ signal, client }): Promise<{ root: string; cards: Kept[] } | null> => {
      const kinds = (await client.ensureQueryData(allKinds)).kinds
      const list = (role: string, fields: string) => {
        const kind = kinds.find((it) => it.role === role)?.kind
        return kind
          ? pageOf(unit, { kind, open: 'all', sort: 'newest', fields, limit: 200 }, undefined, signal)
          : { records: [] }
      }
      const seals = await list('seal', 'standard,period')
      if (seals.records.some((it) => it.data?.standard === standard && it.data?.period === period)) {
        const path = `${unitPath(unit)}/seals/${encodeURIComponent(standard)}/${encodeURIComponent(period)}`
        const seal = await ask<SealOf>('GET', path, { signal })
        return { root: seal.root ?? '', cards: seal.cards }
      }
      if (seals.records.length > 0) return null
      for (const it of (await list('scorecard', 'sealed')).records) {
        const kept = keptOf(String(it.data?.sealed ?? ''), standard, period)
        if (!kept) continue
        const { record } = await ask<WholeRecord>('GET', recordPath(unit, it.id), { signal })
        const shown = record.times.show
        return {
          root: '',
          cards: [{ ...kept, id: it.id, subject: it.assignee?.login ?? '', ...(shown ? { shown_at: shown } : {}) }],
        }
      }
      return null
    },
    staleTime: 60_000,
    retry: false,
  })

function keptOf(text: string, standard: string, period: string): Omit<Kept, 'id' | 'subject'> | null {
  try {
    const it = JSON.parse(text) as Record<string, unknown>
    if (it.standard !== standard || it.period !== period) return null
    const total = (it.total as { Ok?: { points?: string; grade?: string } } | undefined)?.Ok
    return {
      as_of: new Date(Number(it['as-of']) / 1000).toISOString(),
      revision: Number(it.revision),
      standard_version: Number(it['standard-version']),
      ...(total?.points ? { total: total.points } : {}),
      ...(total?.grade ? { grade: total.grade } : {}),
    }
  } catch {
    return null
  }
}
