/** Conditions that somebody saved under a name, by kind, on this machine. */

export interface Filter {
  q?: string | undefined
  state?: string | undefined
  open?: 'all' | 'false' | undefined
  overdue?: boolean | undefined
  /** Days, inclusive. */
  opened_from?: string | undefined
  opened_to?: string | undefined
  sort?: 'due' | 'newest' | 'oldest' | undefined
}

export interface Saved {
  name: string
  filter: Filter
}

const key = (what: string, kind: string) => `guanjia.${what}.${kind}`

function read<T>(name: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(name) ?? 'null') as T | null) ?? otherwise
  } catch {
    return otherwise
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

export const savedFilters = (kind: string): Saved[] => read(key('filters', kind), [])
export const saveFilters = (kind: string, all: Saved[]) => write(key('filters', kind), all)
export const savedColumns = (kind: string): string[] | null => read(key('columns', kind), null)
export const saveColumns = (kind: string, all: string[]) => write(key('columns', kind), all)

/** What an address says, as a filter; what it does not know stays out. Pure. */
export function filterOf(search: Record<string, unknown>): Filter {
  const text = (name: string) =>
    typeof search[name] === 'string' && search[name] !== '' ? (search[name] as string) : undefined
  const open = text('open')
  const sort = text('sort')
  return {
    q: typeof search.q === 'number' ? String(search.q) : text('q'),
    state: text('state'),
    open: open === 'all' || open === 'false' ? open : undefined,
    opened_from: text('opened_from'),
    opened_to: text('opened_to'),
    overdue: search.overdue === true || search.overdue === 'true' ? true : undefined,
    sort: sort === 'due' || sort === 'newest' || sort === 'oldest' ? sort : undefined,
  }
}

export const isFiltered = (it: Filter): boolean =>
  Boolean(it.q || it.state || it.overdue || it.open || it.opened_from || it.opened_to)

/** No condition at all; a saved one takes the place of what was chosen. */
export const nothing: Filter = {
  q: undefined,
  state: undefined,
  open: undefined,
  overdue: undefined,
  opened_from: undefined,
  opened_to: undefined,
}
