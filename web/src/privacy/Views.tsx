/** Who looked at private values of a record, when and what for. For whoever may audit the unit. */

import { useQuery } from '@tanstack/react-query'
import { meQuery, recordPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { KindOf, ViewsOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { useText, useWords } from '@/words'

export function Views({ unit, zone, kind, record }: { unit: string; zone: string; kind: KindOf; record: string }) {
  const words = useWords()
  const text = useText()
  const { data: me } = useQuery(meQuery)
  const may = me?.units?.some((it) => it.code === unit && it.may.includes('audit')) === true
  const found = useQuery({
    queryKey: ['views', unit, record],
    queryFn: ({ signal }) => ask<ViewsOf>('GET', `${recordPath(unit, record)}/views`, { signal }),
    enabled: may && kind.fields.some((it) => it.private),
  })
  const views = found.data?.views ?? []
  if (views.length === 0) return null
  const now = serverNow()
  const title = (name: string) => text(kind.fields.find((it) => it.name === name)?.title) || name
  return (
    <section className="card" aria-label={words.privacy.views}>
      <h2>{words.privacy.views}</h2>
      <ul className="small">
        {views.map((it) => (
          <li key={`${it.at}:${it.fields.join()}`}>
            {when(Date.parse(it.at), now, zone, words)} {('name' in it.by && it.by.name) || it.by.type} ·{' '}
            {it.fields.map(title).join(words.field.comma)} · {it.why}
          </li>
        ))}
      </ul>
    </section>
  )
}
