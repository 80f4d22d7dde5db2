import { queryOptions } from '@tanstack/react-query'
import { unitPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { ParameterOf } from '@/api/types'

/** The parameters as they hold in a unit, with everything that was set there and above. */
export const parametersQuery = (unit: string) =>
  queryOptions({
    queryKey: ['parameters', unit],
    queryFn: ({ signal }) => ask<{ parameters: ParameterOf[] }>('GET', `${unitPath(unit)}/parameters`, { signal }),
  })
