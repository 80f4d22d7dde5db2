/** What is published for everybody who lives here: notices to read and to confirm, activities to come to. Drawn from the kinds that publish. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { kindQuery, kindsQuery, publishedPath, publishedQuery, recordQuery, shownQuery } from '@/api/ask'
import { ask } from '@/api/client'
import { fileUrl, thumbnailUrl } from '@/api/files'
import type { KindOf, KindRow, PublishedOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { Sheet } from '@/form/Sheet'
import { StepForm } from '@/form/StepForm'
import { shown } from '@/form/show'
import { placeLink } from '@/intake/kinds'
import { Notice, Refusal } from '@/refusal/Refusal'
import { isMissing } from '@/refusal/refusal'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { type Customer, Head } from './OwnerApp'
import { linkOf } from './offer'
import { go, pathOf } from './where'

/** So many stand on the first page. */
const FIRST = 2

/** The latest of each kind, on the first page. */
export function Latest({ customer }: { customer: Customer }) {
  const { data: kinds = [] } = useQuery(kindsQuery)
  return kinds.filter((it) => it.published).map((it) => <LatestOf key={it.kind} customer={customer} kind={it} />)
}

function LatestOf({ customer, kind }: { customer: Customer; kind: KindRow }) {
  const words = useWords()
  const text = useText()
  const { data } = useInfiniteQuery(publishedQuery(customer.unit, kind.kind))
  const rows = data?.pages[0]?.published ?? []
  if (rows.length === 0) return null
  const title = text(kind.title)
  return (
    <section className="owner-board" aria-label={title}>
      <h2>
        {title}
        <button type="button" className="plain small" onClick={() => go({ page: 'board', kind: kind.kind })}>
          {words.owner.all(title)}
        </button>
      </h2>
      <Rows customer={customer} kind={kind.kind} rows={rows.slice(0, FIRST)} />
    </section>
  )
}

/** Everything that is published of one kind. */
export function Board({ customer, kind: name }: { customer: Customer; kind: string }) {
  const words = useWords()
  const text = useText()
  const kind = useQuery(kindQuery(name))
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    publishedQuery(customer.unit, name),
  )
  const rows = data?.pages.flatMap((it) => it.published) ?? []
  return (
    <>
      <Head title={text(kind.data?.title)}>
        <p className="quiet">{customer.unitName}</p>
      </Head>
      {error ? <Refusal error={error} /> : null}
      {data && rows.length === 0 ? <p className="quiet">{words.owner.nothingShown}</p> : null}
      <Rows customer={customer} kind={name} rows={rows} />
      {hasNextPage ? (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {words.owner.olderShown}
        </Button>
      ) : null}
    </>
  )
}

function Rows({ customer, kind: name, rows }: { customer: Customer; kind: string; rows: PublishedOf[] }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { data: kind } = useQuery(kindQuery(name))
  const state = (it: PublishedOf) => text(kind?.states.find((one) => one.name === it.state)?.title)
  return (
    <ul className="owner-matters">
      {rows.map((it) => {
        const to = { page: 'shown', kind: name, record: it.number } as const
        const unread = kind?.published?.receipt && !it.read_at
        return (
          <li key={it.id}>
            <a
              className="owner-matter"
              href={pathOf(to)}
              onClick={(event) => {
                event.preventDefault()
                go(to)
              }}
            >
              {unread ? <b>{names.label(it)}</b> : <span>{names.label(it)}</span>}
              <span className="row-between">
                <span className="quiet small">{when(Date.parse(it.since), serverNow(), customer.zone, words)}</span>
                {unread ? (
                  <span className="chip chip-state">{words.owner.unread}</span>
                ) : (
                  <span className="chip">{state(it)}</span>
                )}
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

/** One of them, whole, with what one can answer. */
export function Shown({ customer, kind: name, record }: { customer: Customer; kind: string; record: string }) {
  const words = useWords()
  const kind = useQuery(kindQuery(name))
  const it = useQuery(shownQuery(customer.unit, record))
  if (it.error && isMissing(it.error))
    return (
      <>
        <Head title={words.record.notFound} />
        <Notice title={words.owner.notShown} />
      </>
    )
  const error = it.error ?? kind.error
  if (error) return <Refusal error={error} />
  if (!it.data || !kind.data) return null
  return <Sheaf customer={customer} kind={kind.data} it={it.data} />
}

function Sheaf({ customer, kind, it }: { customer: Customer; kind: KindOf; it: PublishedOf }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { unit, zone } = customer
  const by = { now: serverNow(), zone, words, text }
  const data = it.data as Record<string, unknown>
  const filled = kind.fields.filter(
    (field) => shown(kind, field.name, data[field.name], by) !== '' && !kind.label.includes(field.name),
  )
  const of = (...types: string[]) => filled.filter((field) => types.includes(field.type))
  const rest = filled.filter((field) => !['text', 'long-text', 'files'].includes(field.type))
  return (
    <>
      <Head title={names.label(it)}>
        <p className="quiet small">
          {text(kind.title)} {it.number} · {when(Date.parse(it.since), by.now, zone, words)}
        </p>
      </Head>
      <article className="owner-shown">
        {of('long-text').map((field) => (
          <p key={field.name} className="long">
            {shown(kind, field.name, data[field.name], by)}
          </p>
        ))}
        {of('files').map((field) => (
          <div key={field.name} className="owner-pictures">
            {(data[field.name] as string[]).map((digest, index) => (
              <a key={digest} href={fileUrl(unit, digest)} target="_blank" rel="noreferrer">
                <img src={thumbnailUrl(unit, digest)} alt={`${text(field.title)} ${index + 1}`} loading="lazy" />
              </a>
            ))}
          </div>
        ))}
        <dl className="owner-kept">
          {[...of('text'), ...rest].map((field) => (
            <div key={field.name}>
              <dt>{text(field.title)}</dt>
              <dd>{shown(kind, field.name, data[field.name], by)}</dd>
            </div>
          ))}
        </dl>
      </article>
      {kind.published?.receipt ? <Receipt customer={customer} it={it} /> : null}
      {kind.published?.answers.map((name) => (
        <Answer key={name} customer={customer} kind={name} to={kind.kind} it={it} />
      ))}
    </>
  )
}

/** "I have read this": once, and when it was. */
function Receipt({ customer, it }: { customer: Customer; it: PublishedOf }) {
  const words = useWords()
  const queries = useQueryClient()
  const confirm = useMutation({
    mutationFn: () => ask<PublishedOf>('PUT', `${publishedPath(customer.unit, it.id)}/receipt`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['published'] }),
  })
  if (it.read_at)
    return (
      <p className="quiet" role="status">
        {words.owner.readAt(when(Date.parse(it.read_at), serverNow(), customer.zone, words))}
      </p>
    )
  return (
    <div className="owner-bar">
      {confirm.error ? <Refusal error={confirm.error} /> : null}
      <Button kind="primary" wide busy={confirm.isPending} onClick={() => confirm.mutate()}>
        {words.owner.confirmRead}
      </Button>
    </div>
  )
}

/** Another answer of his, such as his name on its list: what he has given stands there and leads to where it can be taken back. */
function Answer(props: { customer: Customer; kind: string; to: string; it: PublishedOf }) {
  const { customer, to, it } = props
  const words = useWords()
  const text = useText()
  const [open, setOpen] = useState(false)
  const kind = useQuery(kindQuery(props.kind))
  const { data: kinds = [] } = useQuery(kindsQuery)
  const own = useQuery(recordQuery(customer.unit, customer.party))
  if (!kind.data || !own.data) return null
  const answer = kind.data
  const given = it.own.filter((one) => one.kind === answer.kind && !one.closed)
  const home = Object.values(own.data.record.links)[0]
  const by = linkOf(answer.open)
  const of = answer.links.find((one) => one.kind === to)?.name
  const place = placeLink(answer, kinds)
  const links = {
    ...(of ? { [of]: it.id } : {}),
    ...(by ? { [by]: customer.party } : {}),
    ...(place && home ? { [place]: home.id } : {}),
  }
  return (
    <>
      {given.map((one) => (
        <Button key={one.id} wide onClick={() => go({ page: 'matter', record: one.number })}>
          {words.owner.signedUp(
            text(answer.title),
            text(answer.states.find((state) => state.name === one.state)?.title),
          )}
        </Button>
      ))}
      {given.length === 0 ? (
        <div className="owner-bar">
          <Button kind="primary" wide onClick={() => setOpen(true)}>
            {text(answer.open.title)}
          </Button>
        </div>
      ) : null}
      {open ? (
        <Sheet title={text(answer.open.title)} close={() => setOpen(false)}>
          <StepForm
            unit={customer.unit}
            zone={customer.zone}
            // What it links is known here.
            kind={{ ...answer, links: [] }}
            step={answer.open}
            givenLinks={links}
            onCancel={() => setOpen(false)}
            onDone={() => setOpen(false)}
          />
        </Sheet>
      ) : null}
    </>
  )
}
