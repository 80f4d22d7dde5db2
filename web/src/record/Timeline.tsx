/** What happened: the time when it occurred stands large, what was written down later says so, the next step is dashed. */

import { useState } from 'react'
import { fileUrl, thumbnailUrl } from '@/api/files'
import type { DutyToDo, EntryOf, KindOf, RecordOf, StepNow } from '@/api/types'
import { civil, dayName, hourMinuteSecond, until, when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { holderText } from '@/duty/facts'
import { Chip } from '@/form/Field'
import { shown } from '@/form/show'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { highlights, type Line, lineOf } from './timeline'

interface Props {
  entries: EntryOf[]
  record: RecordOf
  kind: KindOf
  unit: string
  zone: string
  todo: DutyToDo[]
  steps: StepNow[]
}

export function Timeline({ entries, record, kind, unit, zone, todo, steps }: Props) {
  const words = useWords()
  const text = useText()
  const [all, setAll] = useState(false)
  const lines = entries.map((it) => lineOf(it, kind))
  const few = highlights(lines, entries)
  const rows = all ? lines : few
  const hashes = new Map(entries.map((it) => [it.seq, it.hash]))
  const next = todo[0]
  const names = useNames()
  const now = serverNow()
  const does = steps.filter((it) => kind.duties.find((duty) => duty.name === next?.duty)?.until.includes(it.step))
  const step = does.find((it) => it.to !== undefined) ?? does[0]
  return (
    <>
      <div className="row-between">
        <h2>{words.record.timeline}</h2>
        {few.length < lines.length ? (
          <div className="picks">
            <Chip name="timeline" type="radio" checked={!all} onPick={() => setAll(false)}>
              {words.record.highlights}
            </Chip>
            <Chip name="timeline" type="radio" checked={all} onPick={() => setAll(true)}>
              {words.record.allEntries(lines.length)}
            </Chip>
          </div>
        ) : null}
      </div>
      <ol className="timeline">
        {rows.map((line, index) => {
          const before = rows[index - 1]
          const day = civil(line.at, zone)
          const newDay = !before || civil(before.at, zone).day !== day.day
          return (
            <li key={line.seq} className={line.waits ? 'event event-waits' : 'event'}>
              <time dateTime={new Date(line.at).toISOString()}>
                {newDay ? <small>{dayName(day, civil(now, zone), words)}</small> : null}
                {line.dayOnly ? null : hourMinuteSecond(day)}
              </time>
              <div>
                <EventText line={line} record={record} kind={kind} unit={unit} zone={zone} />
                {/* Whoever holds a sealed report compares it with this. */}
                {all ? (
                  <code className="quiet small">{words.record.hash(hashes.get(line.seq)?.slice(0, 16) ?? '')}</code>
                ) : null}
              </div>
            </li>
          )
        })}
        {next ? (
          <li className="event event-next">
            <span className="event-when">{words.record.next}</span>
            <div>
              <b>{text(step?.title ?? next.title)}</b> {holderText(next.holder, words, names.post)} ·{' '}
              {words.day.before(until(Date.parse(next.due_at), now, zone, words))}
            </div>
          </li>
        ) : null}
      </ol>
    </>
  )
}

function EventText(props: { line: Line; record: RecordOf; kind: KindOf; unit: string; zone: string }) {
  const { line, record, kind, unit, zone } = props
  const words = useWords()
  const text = useText()
  const names = useNames()
  const now = serverNow()
  const by = { now, zone, words, text }
  const field = (name: string) => kind.fields.find((it) => it.name === name)
  const pictures = line.fields.flatMap(([name, value]): [string, string[]][] => {
    const type = field(name)?.type
    if (type === 'files' && Array.isArray(value)) return [[name, value]]
    return type === 'signature' && typeof value === 'string' ? [[name, [value]]] : []
  })
  const told = line.fields.filter(
    ([name]) => !['files', 'signature', 'member', 'team'].includes(field(name)?.type ?? 'files'),
  )
  const party = (id: string) =>
    names.label({ label: Object.values(record.links).find((it) => it.id === id)?.label ?? '' })
  const how = words.form.signedHow as Record<string, string>
  return (
    <div>
      <b>{line.title ? text(line.title) : line.correction ? words.record.corrected : line.step}</b> {line.who}
      {line.behalf ? ` (${line.behalf} ${words.record.behalf})` : ''}
      {line.recordedAt !== null ? (
        <>
          {' '}
          <span className="chip">{words.record.backdated}</span>{' '}
          <span className="small quiet">{when(line.recordedAt, now, zone, words)}</span>
        </>
      ) : null}
      {line.reason ? <p>{line.reason}</p> : null}
      {told.length > 0 ? (
        <p className="small quiet">
          {told.map(([name, value]) => `${text(field(name)?.title)} ${shown(kind, name, value, by)}`).join(' · ')}
        </p>
      ) : null}
      {line.signed.map((it) => (
        <p key={`${it.id}${it.how}`} className="small">
          {words.form.cosign} {it.name || party(it.id)} {[how[it.how] ?? it.how, it.note].filter(Boolean).join(' · ')}
        </p>
      ))}
      {pictures.map(([name, value]) => (
        <div key={name} className={field(name)?.type === 'signature' ? 'photos inked' : 'photos'}>
          {value.map((digest) => (
            <a key={digest} href={fileUrl(unit, digest)} target="_blank" rel="noreferrer" className="photo">
              <img
                // A thumbnail has no paper behind the ink.
                src={(field(name)?.type === 'signature' ? fileUrl : thumbnailUrl)(unit, digest)}
                alt={text(field(name)?.title)}
                loading="lazy"
              />
            </a>
          ))}
        </div>
      ))}
    </div>
  )
}
