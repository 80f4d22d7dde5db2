/** The desk: for people who answer the phone while they type. */

import { useQuery } from '@tanstack/react-query'
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Navigate,
  Outlet,
  RouterProvider,
  useParams,
} from '@tanstack/react-router'
import { useEffect } from 'react'
import { unitsQuery } from '@/api/ask'
import { useLive } from '@/api/live'
import { mount, queries } from '@/app/Frame'
import { lastUnit, rememberUnit } from '@/app/settings'
import { Desk } from '@/design/Desk'
import { HomePage } from '@/mine/HomePage'
import { Notice, Refusal } from '@/refusal/Refusal'
import { SignedIn, useMe } from '@/session/session'
import { Shell } from '@/shell/Shell'
import { useWords } from '@/words'

const root = createRootRoute({ component: Outlet, notFoundComponent: NoPage })

/** Whatever stands in an address is kept: filters live there. */
const search = (it: Record<string, unknown>): Record<string, unknown> => it

const start = createRoute({ getParentRoute: () => root, path: '/', component: Start })
const shell = createRoute({ getParentRoute: () => root, path: '/u/$unit', component: Unit, validateSearch: search })
const home = createRoute({ getParentRoute: () => shell, path: '/', component: HomePage })
const intake = createRoute({
  getParentRoute: () => shell,
  path: '/intake',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/intake/IntakePage'), 'IntakePage'),
})
const dispatch = createRoute({
  getParentRoute: () => shell,
  path: '/dispatch',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/dispatch/DispatchPage'), 'DispatchPage'),
})
const scores = createRoute({
  getParentRoute: () => shell,
  path: '/scorecards',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/score/ScorePage'), 'ScorePage'),
})
const map = createRoute({
  getParentRoute: () => shell,
  path: '/map',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/map/MapPage'), 'MapPage'),
})
const calendar = createRoute({
  getParentRoute: () => shell,
  path: '/calendar',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/calendar/CalendarPage'), 'CalendarPage'),
})
const round = createRoute({
  getParentRoute: () => shell,
  path: '/round',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/round/RoundPage'), 'RoundPage'),
})
const rank = createRoute({
  getParentRoute: () => shell,
  path: '/ranking',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/rank/RankPage'), 'RankPage'),
})
const figures = createRoute({
  getParentRoute: () => shell,
  path: '/figures',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/figures/FiguresPage'), 'FiguresPage'),
})
const rules = createRoute({
  getParentRoute: () => shell,
  path: '/rules',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/rules/RulesPage'), 'RulesPage'),
})
const parameter = createRoute({
  getParentRoute: () => shell,
  path: '/rules/$parameter',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/rules/ParameterPage'), 'ParameterPage'),
})
const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/people/PeoplePage'), 'PeoplePage'),
})
const grid = createRoute({
  getParentRoute: () => shell,
  path: '/grids/$grid',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/grid/GridPage'), 'GridPage'),
})
const samples = createRoute({
  getParentRoute: () => shell,
  path: '/samples',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/samples/SamplesPage'), 'SamplesPage'),
})
const board = createRoute({
  getParentRoute: () => shell,
  path: '/stages',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/board/BoardPage'), 'BoardPage'),
})
const imports = createRoute({
  getParentRoute: () => shell,
  path: '/imports',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/imports/ImportPage'), 'ImportPage'),
})
const organisation = createRoute({
  getParentRoute: () => shell,
  path: '/organisation',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/organisation/OrganisationPage'), 'OrganisationPage'),
})
const byRecord = createRoute({
  getParentRoute: () => shell,
  path: '/r/$record',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/record/RecordPage'), 'RecordPage'),
})
const list = createRoute({
  getParentRoute: () => shell,
  path: '/$kind',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/list/ListPage'), 'ListPage'),
})
const record = createRoute({
  getParentRoute: () => shell,
  path: '/$kind/$record',
  validateSearch: search,
  component: lazyRouteComponent(() => import('@/record/RecordPage'), 'RecordPage'),
})

const router = createRouter({
  routeTree: root.addChildren([
    start,
    shell.addChildren([
      home,
      intake,
      dispatch,
      map,
      calendar,
      round,
      scores,
      rank,
      figures,
      rules,
      parameter,
      imports,
      organisation,
      people,
      grid,
      samples,
      board,
      byRecord,
      list,
      record,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultNotFoundComponent: NoPage,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

/** The first project that one may see. */
function Start() {
  const words = useWords()
  const units = useQuery(unitsQuery)
  const me = useMe()
  // A customer has a page of his own.
  const isCustomer = me?.party !== undefined
  useEffect(() => {
    if (isCustomer) location.replace('/owner')
  }, [isCustomer])
  if (units.error) return <Refusal error={units.error} />
  if (!units.data || isCustomer) return null
  const his = new Set(me?.units?.map((it) => it.code))
  const projects = units.data
    .filter((it) => it.level === 'project')
    .sort((a, b) => Number(his.has(b.code)) - Number(his.has(a.code)))
  const last = projects.find((it) => it.code === lastUnit()) ?? projects[0] ?? units.data[0]
  if (!last) return <Notice title={words.shell.noUnits} lines={[words.shell.noUnitsAdvice]} />
  return <Navigate to="/u/$unit" params={{ unit: last.code }} replace />
}

function Unit() {
  const { unit } = useParams({ strict: false })
  useLive(unit, queries)
  useEffect(() => {
    if (unit) rememberUnit(unit)
  }, [unit])
  return <Shell />
}

function NoPage() {
  const words = useWords()
  return (
    <Notice title={words.shell.notFound} lines={[words.shell.notFoundAdvice]}>
      <Link to="/">{words.shell.back}</Link>
    </Notice>
  )
}

mount(
  <Desk>
    <SignedIn>
      <RouterProvider router={router} />
    </SignedIn>
  </Desk>,
)
