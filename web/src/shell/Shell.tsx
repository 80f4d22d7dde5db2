/** The desk's frame: counter, rail, page. The drawer belongs to the page that opens it. */

import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { countsQuery, kindsQuery, unitsQuery } from '@/api/ask'
import { Guard } from '@/app/Frame'
import { change, useAppearance, useDensity, useSettings } from '@/app/settings'
import { civil, hourMinute } from '@/clock/day'
import { forget, serverNow, wake } from '@/clock/ticker'
import { KeyCap } from '@/design/KeyCap'
import { begin, useKeys } from '@/keys/keys'
import { Refusal } from '@/refusal/Refusal'
import { useMe, usePosts, useSignOut } from '@/session/session'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Bell } from './Bell'
import { KeyHelp } from './KeyHelp'
import { OmniBox } from './OmniBox'
import { useShutOutside } from './outside'
import { rail } from './rail'
import './shell.css'

export function Shell() {
  const words = useWords()
  const { unit } = useParams({ strict: false })
  const units = useQuery(unitsQuery)
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [help, setHelp] = useState(false)
  const box = useRef<HTMLInputElement>(null)
  const me = useMe()
  const here = units.data?.find((it) => it.code === unit)
  const zone = here?.zone ?? 'Asia/Shanghai'

  useEffect(begin, [])
  useKeys([
    { keys: '/', label: words.keys.box, everywhere: true, run: () => box.current?.focus() },
    {
      keys: 'F2',
      label: words.keys.intake,
      everywhere: true,
      run: () => unit && void navigate({ to: '/u/$unit/intake', params: { unit } }),
    },
    { keys: '?', label: words.keys.help, everywhere: true, run: () => setHelp(true) },
    {
      keys: 'Escape',
      label: words.keys.close,
      everywhere: true,
      run: () => (document.activeElement as HTMLElement | null)?.blur(),
    },
    {
      keys: 'g h',
      label: words.keys.goHome,
      everywhere: true,
      run: () => unit && void navigate({ to: '/u/$unit', params: { unit } }),
    },
    {
      keys: 'g d',
      label: words.dispatch.title,
      everywhere: true,
      run: () => unit && void navigate({ to: '/u/$unit/dispatch', params: { unit } }),
    },
    {
      keys: 'g m',
      label: words.map.title,
      everywhere: true,
      run: () => unit && void navigate({ to: '/u/$unit/map', params: { unit } }),
    },
    {
      keys: 'g c',
      label: words.keys.goScores,
      everywhere: true,
      run: () => unit && void navigate({ to: '/u/$unit/scorecards', params: { unit } }),
    },
  ])

  return (
    <div className="shell">
      <a className="skip" href="#page">
        {words.shell.skip}
      </a>
      <header className="counter">
        <div className="brand">
          <b>{words.product}</b>
          <UnitChoice unit={unit ?? ''} />
        </div>
        {unit ? <OmniBox ref={box} unit={unit} zone={zone} /> : <span />}
        {unit ? (
          <Link className="counter-link" to="/u/$unit/intake" params={{ unit }} aria-keyshortcuts="F2">
            <KeyCap>F2</KeyCap> {words.shell.intake}
          </Link>
        ) : null}
        <div className="counter-me">
          <Now zone={zone} />
          {me?.member ? <Bell zone={zone} /> : null}
          <MyMenu unit={unit} />
        </div>
      </header>
      <Rail unit={unit} onKeys={() => setHelp(true)} />
      <main id="page" className="page" tabIndex={-1}>
        {units.error ? <Refusal error={units.error} /> : null}
        <Guard key={unit} at={pathname}>
          <Outlet />
        </Guard>
      </main>
      {help ? <KeyHelp close={() => setHelp(false)} /> : null}
    </div>
  )
}

function UnitChoice({ unit }: { unit: string }) {
  const words = useWords()
  const { data: units = [] } = useQuery(unitsQuery)
  const navigate = useNavigate()
  const projects = units.filter((it) => it.level === 'project')
  if (projects.length < 2) return <span className="brand-unit">{projects[0]?.name ?? ''}</span>
  return (
    <select
      className="brand-unit"
      aria-label={words.shell.units}
      value={unit}
      onChange={(event) => void navigate({ to: '/u/$unit', params: { unit: event.target.value } })}
    >
      {projects.map((it) => (
        <option key={it.code} value={it.code}>
          {it.name}
        </option>
      ))}
    </select>
  )
}

/** Text nodes alone change: each minute, by the page's one timer. */
function Now({ zone }: { zone: string }) {
  const words = useWords()
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const turn = () => setNow(serverNow())
    wake(turn, 60_000 - (serverNow() % 60_000) + 5)
    return () => forget(turn)
  })
  const it = civil(now, zone)
  return (
    <time className="now" dateTime={new Date(now).toISOString()}>
      {words.day.date(it.month, it.day)} {words.day.weekdays[it.weekday]} <b>{hourMinute(it)}</b>
    </time>
  )
}

function MyMenu({ unit }: { unit: string | undefined }) {
  const names = useNames()
  const [post] = usePosts(unit) ?? []
  const words = useWords()
  const me = useMe()
  const { language, singleKeys } = useSettings()
  const appearance = useAppearance()
  const density = useDensity()
  const signOut = useSignOut()
  const menu = useShutOutside()
  return (
    <details className="mine" ref={menu}>
      <summary>
        <span className="mine-name">{me?.name ?? words.shell.menu}</span>
        {post ? <span className="mine-post"> · {names.post(post)}</span> : null}
      </summary>
      <div className="mine-list">
        <Button type="text" onClick={() => change({ language: language === 'zh' ? 'en' : 'zh' })}>
          {words.shell.language}
        </Button>
        <Button type="text" onClick={() => change({ appearance: appearance === 'dark' ? 'light' : 'dark' })}>
          {appearance === 'dark' ? words.shell.toLight : words.shell.toDark}
        </Button>
        <Button type="text" onClick={() => change({ density: density === 'compact' ? 'normal' : 'compact' })}>
          {density === 'compact' ? words.shell.normal : words.shell.dense}
        </Button>
        <Button type="text" onClick={() => change({ singleKeys: !singleKeys })}>
          {singleKeys ? words.shell.keysOff : words.shell.keysOn}
        </Button>
        {me ? (
          <Button type="text" onClick={signOut}>
            {words.session.signOut}
          </Button>
        ) : null}
      </div>
    </details>
  )
}

function Rail({ unit, onKeys }: { unit: string | undefined; onKeys: () => void }) {
  const words = useWords()
  const text = useText()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const { data: counts = [] } = useQuery({
    ...countsQuery(unit ?? ''),
    enabled: unit !== undefined,
    refetchInterval: 60_000,
  })
  const posts = usePosts(unit)
  const me = useMe()
  if (!unit) return <nav className="rail" aria-label={words.shell.nav} />
  const { matters, registers } = rail(kinds, counts, posts)
  const imports = me === null || me.units?.some((it) => it.may.includes('imports')) === true
  const scores = me === null || me.units?.some((it) => it.code === unit && it.may.includes('scores')) === true
  const open = {
    activeOptions: { exact: true },
    activeProps: { className: 'rail-item rail-here' },
    className: 'rail-item',
  }
  return (
    <nav className="rail" aria-label={words.shell.nav}>
      <h2>{words.shell.groupToday}</h2>
      <Link to="/u/$unit" params={{ unit }} {...open}>
        {words.shell.home}
      </Link>
      <Link to="/u/$unit/intake" params={{ unit }} {...open}>
        {words.shell.intake}
      </Link>
      <Link to="/u/$unit/dispatch" params={{ unit }} {...open}>
        {words.dispatch.title}
      </Link>
      <Link to="/u/$unit/stages" params={{ unit }} {...open}>
        {words.board.name}
      </Link>
      <Link to="/u/$unit/calendar" params={{ unit }} {...open}>
        {words.shell.calendar}
      </Link>
      <Link to="/u/$unit/round" params={{ unit }} {...open}>
        {words.round.title}
      </Link>
      <h2>{words.shell.groupService}</h2>
      {matters.map((it) => (
        <Link
          key={it.kind.kind}
          to="/u/$unit/$kind"
          params={{ unit, kind: it.kind.kind }}
          {...open}
          activeOptions={{ exact: false }}
        >
          <span>{text(it.kind.title)}</span>
          {it.open > 0 ? <span className="rail-count">{it.open}</span> : null}
        </Link>
      ))}
      <details className="rail-more">
        <summary>{words.shell.more}</summary>
        {registers.map((it) => (
          <Link
            key={it.kind.kind}
            to="/u/$unit/$kind"
            params={{ unit, kind: it.kind.kind }}
            {...open}
            activeOptions={{ exact: false }}
          >
            {text(it.kind.title)}
          </Link>
        ))}
      </details>
      <h2>{words.shell.groupScores}</h2>
      <Link to="/u/$unit/scorecards" params={{ unit }} {...open} activeOptions={{ exact: false }}>
        {words.shell.scorecards}
      </Link>
      <Link to="/u/$unit/ranking" params={{ unit }} {...open}>
        {words.rank.title}
      </Link>
      <Link to="/u/$unit/figures" params={{ unit }} {...open}>
        {words.figures.title}
      </Link>
      <Link to="/u/$unit/map" params={{ unit }} {...open}>
        {words.map.title}
      </Link>
      <Link to="/u/$unit/rules" params={{ unit }} {...open}>
        {words.rules.title}
      </Link>
      <Link to="/u/$unit/people" params={{ unit }} {...open}>
        {words.people.title}
      </Link>
      {scores ? (
        <Link to="/u/$unit/samples" params={{ unit }} {...open}>
          {words.samples.title}
        </Link>
      ) : null}
      {imports ? (
        <Link to="/u/$unit/imports" params={{ unit }} {...open}>
          {words.imports.title}
        </Link>
      ) : null}
      <div className="rail-foot">
        <Connection />
        <button type="button" className="plain" onClick={onKeys} aria-keyshortcuts="?">
          <KeyCap>?</KeyCap> {words.shell.keys}
        </button>
      </div>
    </nav>
  )
}

function Connection() {
  const words = useWords()
  const [online, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const turn = () => setOnline(navigator.onLine)
    addEventListener('online', turn)
    addEventListener('offline', turn)
    return () => {
      removeEventListener('online', turn)
      removeEventListener('offline', turn)
    }
  }, [])
  return (
    <span role="status">
      {online ? words.clock.join(words.shell.connected, words.shell.saved) : words.shell.reconnecting}
    </span>
  )
}
