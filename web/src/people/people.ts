/** Who works where, as the registers say it. Pure. */

import type { RecordRow } from '@/api/types'

export interface Post {
  /** Id of the posting. */
  id: string
  post: string
  from: string
  until: string
  grid: string
  team: string
}

export interface Person {
  id: string
  name: string
  login: string
  posts: Post[]
}

const said = (row: RecordRow, field: string): string => String(row.data?.[field] ?? '')

/** Members with their posts in force, in the order of the register; somebody posted here and registered above is there too. */
export function people(
  members: readonly RecordRow[],
  postings: readonly RecordRow[],
  label: (row: { label: string }) => string,
): Person[] {
  const found = new Map<string, Person>()
  const person = (id: string, name: string, login = ''): Person => {
    const it = found.get(id) ?? { id, name, login, posts: [] }
    found.set(id, it)
    return it
  }
  for (const row of members) person(row.id, label(row), said(row, 'login'))
  for (const row of postings) {
    const member = row.links?.member
    if (!member) continue
    person(member.id, label({ label: member.label ?? '' })).posts.push({
      id: row.id,
      post: said(row, 'post'),
      from: said(row, 'from'),
      until: said(row, 'until'),
      grid: said(row, 'grid'),
      team: said(row, 'team'),
    })
  }
  return [...found.values()]
}

/** Whether a posting is in force on a day or later: one that was ended for a day to come still is. */
export const isServing = (posting: RecordRow, today: string): boolean =>
  !posting.closed_at || said(posting, 'until').slice(0, 10) >= today

export interface Grid {
  grid: string
  homes: number
  stewards: string[]
}

/** Every grid that a home or a posting names, with its homes and who serves it. */
export function grids(places: readonly RecordRow[], all: readonly Person[]): Grid[] {
  const found = new Map<string, Grid>()
  const grid = (name: string): Grid => {
    const it = found.get(name) ?? { grid: name, homes: 0, stewards: [] }
    found.set(name, it)
    return it
  }
  for (const row of places) if (said(row, 'grid')) grid(said(row, 'grid')).homes += 1
  for (const one of all) for (const post of one.posts) if (post.grid) grid(post.grid).stewards.push(one.name)
  return [...found.values()].sort((a, b) => a.grid.localeCompare(b.grid))
}
