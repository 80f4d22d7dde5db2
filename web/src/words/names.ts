/** What the pack calls things that stand in answers by their names. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { namesQuery } from '@/api/ask'
import { type Text, useLanguage, useWords } from './index'
import { plain } from './plain'

export interface Names {
  kind: (name: string) => string
  post: (name: string) => string
  /** Who holds a matter, or what it waits for. */
  held: (name: string) => string
  /** A record's label without the kind in front of it: where it stands, the kind is known or said beside it. */
  label: (row: { label: string }) => string
  /** Where it is, if the list was asked for places. */
  place: (row: { links?: Record<string, { label?: string }> }) => string
}

export function useNames(): Names {
  const words = useWords()
  const language = useLanguage()
  const { data } = useQuery(namesQuery)
  return useMemo(() => {
    const text = (it: Text) => it[language]
    const titles = (of: readonly { name: string; title: Text }[] = []) =>
      new Map(of.map((it) => [it.name, text(it.title)]))
    const kinds = titles(data?.kinds.map((it) => ({ name: it.kind, title: it.title })))
    const posts = titles(data?.posts)
    const causes = titles(data?.causes)
    const sides = words.holder.sides as Record<string, string>
    const before = new Set(data?.kinds.map((it) => it.title.zh))
    return {
      kind: (name) => kinds.get(name) ?? name,
      post: (name) => posts.get(name) ?? name,
      held: (name) => causes.get(name) ?? sides[name] ?? posts.get(name) ?? name,
      label: (row) => plain(row.label, before),
      place: (row) => plain(Object.values(row.links ?? {})[0]?.label ?? '', before),
    }
  }, [data, words, language])
}
