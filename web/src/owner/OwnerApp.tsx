/** An owner's first page: what he may report, what is on its way, and what is kept about him. Only what the policy lets a customer do. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { kindQuery, kindsQuery, listQuery, recordQuery, unitsQuery } from '@/api/ask'
import { useLive } from '@/api/live'
import type { KindOf, RecordRow } from '@/api/types'
import { queries } from '@/app/Frame'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { courier } from '@/field/work'
import { everyday } from '@/intake/kinds'
import { Notice, Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useLanguage, useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Board, Latest, Shown } from './Board'
import { MyData } from './MyData'
import { linkOf } from './offer'
import { Report } from './Report'
import { Track } from './Track'
import { go, useWhere } from './where'

/** What every page needs to know of him. */
export interface Customer {
  party: string
  name: string
  unit: string
  unitName: string
  zone: string
}

export function OwnerApp() {
  const words = useWords()
  const me = useMe()
  const { data: units = [] } = useQuery(unitsQuery)
  const place = me?.units?.[0]
  const unit = me?.party ? place?.code : undefined
  useLive(unit, queries)
  const at = useWhere()
  if (!me?.party || !place) {
    return (
      <main className="owner">
        <Notice title={words.owner.notCustomer} lines={[words.owner.notCustomerAdvice]}>
          <a className="button button-primary" href="/">
            {words.owner.toDesk}
          </a>
        </Notice>
      </main>
    )
  }
  const customer: Customer = {
    party: me.party,
    name: me.name,
    unit: place.code,
    unitName: place.name,
    zone: units.find((it) => it.code === place.code)?.zone ?? 'Asia/Shanghai',
  }
  return (
    <main className="owner">
      {at.page === 'new' ? <Report customer={customer} kind={at.kind} /> : null}
      {at.page === 'matter' ? <Track customer={customer} record={at.record} /> : null}
      {at.page === 'board' ? <Board customer={customer} kind={at.kind} /> : null}
      {at.page === 'shown' ? <Shown customer={customer} kind={at.kind} record={at.record} /> : null}
      {at.page === 'me' ? <MyData customer={customer} /> : null}
      {at.page === 'home' ? <Home customer={customer} /> : null}
    </main>
  )
}

/** Back to the first page, and what this page is about. */
export function Head({ title, children }: { title: string; children?: ReactNode }) {
  const words = useWords()
  return (
    <header className="owner-head">
      <button type="button" className="plain" onClick={() => go({ page: 'home' })}>
        {words.owner.back}
      </button>
      <h1>{title}</h1>
      {children}
    </header>
  )
}

/** Kinds that a customer may open, the everyday ones first. */
export function useOwnKinds(): KindOf[] {
  const { data: rows = [] } = useQuery(kindsQuery)
  const found = useQueries({
    queries: everyday(rows).map((it) => kindQuery(it.kind)),
    combine: (all) => all.flatMap((it) => (it.data ? [it.data] : [])),
  })
  return found.filter((it) => linkOf(it.open) !== null)
}

function Home({ customer }: { customer: Customer }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const kinds = useOwnKinds()
  const open = useQuery(listQuery(customer.unit, { open: 'all', limit: 50 }))
  const own = useQuery(recordQuery(customer.unit, customer.party))
  const home = Object.values(own.data?.record.links ?? {})[0]?.label
  const rows = (open.data?.records ?? []).filter((it) => kinds.some((kind) => kind.kind === it.kind))
  const running = rows.filter((it) => !it.closed_at)
  const closed = rows.filter((it) => it.closed_at)
  const [first, ...others] = kinds
  return (
    <>
      <header className="owner-head">
        <p className="quiet">
          {customer.unitName} {home ? names.label({ label: home }) : ''}
        </p>
        <h1>{words.owner.hello(customer.name)}</h1>
      </header>
      {first ? (
        <section className="owner-do" aria-label={words.owner.doWhat}>
          <Button kind="primary" wide onClick={() => go({ page: 'new', kind: first.kind })}>
            <Glyph name="camera" size={20} /> {words.owner.report(text(first.title))}
          </Button>
          <div className="owner-others">
            {others.map((it) => (
              <Button key={it.kind} onClick={() => go({ page: 'new', kind: it.kind })}>
                {text(it.title)}
              </Button>
            ))}
          </div>
        </section>
      ) : null}
      <Danger />
      <Waiting />
      <Latest customer={customer} />
      <section aria-label={words.owner.myMatters}>
        <h2>{words.owner.myMatters}</h2>
        {open.error ? <Refusal error={open.error} /> : null}
        {open.data && rows.length === 0 ? <p className="quiet">{words.owner.empty}</p> : null}
        <Matters rows={running} kinds={kinds} zone={customer.zone} />
        {closed.length > 0 ? (
          <details className="owner-closed" open={running.length === 0}>
            <summary>{words.owner.closed(closed.length)}</summary>
            <Matters rows={closed} kinds={kinds} zone={customer.zone} />
          </details>
        ) : null}
      </section>
      <nav className="owner-foot" aria-label={words.shell.nav}>
        <button type="button" className="plain" onClick={() => go({ page: 'me' })}>
          {words.owner.myData}
        </button>
      </nav>
    </>
  )
}

/** What cannot wait for a form. Amber, as a note to read first. */
export function Danger() {
  const words = useWords()
  return (
    <aside className="owner-danger">
      <b>{words.owner.danger}</b>
      <p>{words.owner.dangerAdvice}</p>
    </aside>
  )
}

function Matters({ rows, kinds, zone }: { rows: RecordRow[]; kinds: KindOf[]; zone: string }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  return (
    <ul className="owner-matters">
      {rows.map((it) => {
        const kind = kinds.find((one) => one.kind === it.kind)
        const state = kind?.states.find((one) => one.name === it.state)
        return (
          <li key={it.id}>
            <a
              className="owner-matter"
              href={`/owner/matter/${it.number}`}
              onClick={(event) => {
                event.preventDefault()
                go({ page: 'matter', record: it.number })
              }}
            >
              <b>{names.label(it)}</b>
              <span className="row-between">
                <span className="quiet small">
                  {text(kind?.title)} {when(Date.parse(it.opened_at), serverNow(), zone, words)}
                </span>
                <span className={it.closed_at ? 'chip' : 'chip chip-state'}>{text(state?.title)}</span>
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

/** What still stands on the phone; one that was refused stays until he has decided about it. */
function Waiting() {
  const words = useWords()
  const language = useLanguage()
  const queue = useSyncExternalStore(
    (listener) => courier.listen(listener),
    () => courier.queue,
  )
  const left = queue.matters.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was handed in stands in the list from now on.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['records'] })
  }, [left])
  return queue.matters.map((it) =>
    it.state === 'refused' ? (
      <Notice key={it.id} title={it.title} lines={[it.refusal?.[language] ?? '']}>
        <Button onClick={() => void courier.drop(it.id)}>{words.intake.drop}</Button>
        <Button kind="primary" onClick={() => void courier.retry(it.id)}>
          {words.field.retry}
        </Button>
      </Notice>
    ) : (
      <p key={it.id} className="owner-waiting" role="status">
        <Glyph name="offline" /> {it.title}：{words.owner.kept}
      </p>
    ),
  )
}
