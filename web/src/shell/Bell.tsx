/** What oneself is reminded of: how many are unread, the latest in words, and a way to the record of each. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { remindersQuery, unitPath, unreadQuery } from '@/api/ask'
import { ask } from '@/api/client'
import type { ReminderOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Glyph } from '@/design/Glyph'
import { Refusal } from '@/refusal/Refusal'
import { useLanguage, useWords } from '@/words'
import { useShutOutside } from './outside'

/** More stand in one's duties. */
const SHOWN = 40
const MANY = 99

export function Bell({ zone }: { zone: string }) {
  const words = useWords()
  const list = useShutOutside()
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  const { data: unread = 0 } = useQuery({ ...unreadQuery, refetchInterval: 60_000 })
  const all = useQuery({ ...remindersQuery, enabled: open })
  const read = useMutation({
    mutationFn: (it: ReminderOf | null) =>
      ask('POST', it ? `${unitPath(it.unit)}/reminders/${it.id}/read` : '/api/reminders/read'),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['reminders'] }),
  })
  const rows = (all.data ?? []).slice(0, SHOWN)
  return (
    <details className="mine bell" ref={list} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={words.reminders.unread(unread)}>
        <Glyph name="bell" size={20} />
        {unread > 0 ? <b className="bell-count">{unread > MANY ? `${MANY}+` : unread}</b> : null}
      </summary>
      <section className="mine-list bell-list" aria-label={words.reminders.title}>
        <header className="row-between">
          <h2>{words.reminders.title}</h2>
          {unread > 0 ? (
            <Button type="link" loading={read.isPending} onClick={() => read.mutate(null)}>
              {words.reminders.readAll}
            </Button>
          ) : null}
        </header>
        {all.error ? <Refusal error={all.error} /> : null}
        {all.data && rows.length === 0 ? <p className="quiet">{words.reminders.none}</p> : null}
        <ul tabIndex={0} aria-label={words.reminders.title}>
          {rows.map((it) => (
            <Row
              key={it.id}
              it={it}
              zone={zone}
              go={() => {
                if (list.current) list.current.open = false
                if (!it.read_at) read.mutate(it)
              }}
            />
          ))}
        </ul>
      </section>
    </details>
  )
}

function Row({ it, zone, go }: { it: ReminderOf; zone: string; go: () => void }) {
  const words = useWords()
  const language = useLanguage()
  return (
    <li className={it.read_at ? 'bell-row quiet' : 'bell-row'}>
      {it.kind && it.record ? (
        <Link
          to="/u/$unit/$kind/$record"
          params={{ unit: it.unit, kind: it.kind, record: it.number || it.record }}
          onClick={go}
        >
          {it[language]}
        </Link>
      ) : (
        <Button type="link" onClick={go}>
          {it[language]}
        </Button>
      )}
      <span className="small quiet">
        {it.read_at ? '' : `${words.reminders.isNew} · `}
        {when(Date.parse(it.at), serverNow(), zone, words)}
      </span>
    </li>
  )
}
