/** The last answers stay on the phone, so that the list and its forms open without a signal. Private fields come masked from the server. */

import { dehydrate, hydrate, type QueryClient } from '@tanstack/react-query'

const KEY = 'guanjia.field.answers'
const KEPT = ['me', 'units', 'kinds', 'kind', 'duties', 'record', 'standards', 'cards']

export function keepAnswers(queries: QueryClient): void {
  try {
    hydrate(queries, JSON.parse(localStorage.getItem(KEY) ?? '{}'))
  } catch {
    // What cannot be read is asked for anew.
  }
  let later: ReturnType<typeof setTimeout> | undefined
  queries.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success') return
    clearTimeout(later)
    later = setTimeout(() => {
      const kept = dehydrate(queries, {
        shouldDehydrateQuery: (it) => it.state.status === 'success' && KEPT.includes(String(it.queryKey[0])),
      })
      try {
        localStorage.setItem(KEY, JSON.stringify(kept))
      } catch {
        // No room: the list needs a signal then.
      }
    }, 500)
  })
}
