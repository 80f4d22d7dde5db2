/** Every own component in every state, for the eye. Only in development builds; the examples are invented. */

import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { Button } from 'antd'
import { mount } from '@/app/Frame'
import { change, useAppearance } from '@/app/settings'
import { Clock } from '@/clock/Clock'
import type { ClockFacts } from '@/clock/face'
import { DayRibbon, HolderRibbon } from '@/clock/ribbons'
import { HOUR, MINUTE, SECOND } from '@/clock/span'
import { Desk } from '@/design/Desk'
import { KeyCap } from '@/design/KeyCap'
import { IntervalDot, Progress, RangeBar, Worth } from '@/design/parts'
import { SignaturePad } from '@/design/SignaturePad'
import { Chip } from '@/form/Field'
import '@/form/form.css'
import { PhotoQueue } from '@/photo/PhotoQueue'
import { Notice } from '@/refusal/Refusal'
import { EvidenceRow } from '@/score/ClauseDrawer'
import '@/score/score.css'
import { Verdict } from '@/verdict/Verdict'

const ZONE = 'Asia/Shanghai'
const at = (time: string) => Date.parse(`2026-03-31T${time}+08:00`)
const NOW = at('10:24:00')

const clocks: ClockFacts[] = [
  { due: NOW + 2 * HOUR + 10 * MINUTE, limit: 4 * HOUR },
  { due: NOW + 4 * MINUTE + 12 * SECOND, limit: 30 * MINUTE },
  { due: NOW - MINUTE - 5 * SECOND, limit: 5 * MINUTE },
  { due: NOW + HOUR, paused: { since: NOW - 35 * MINUTE, cause: 'owner', left: HOUR } },
  { due: at('15:00:00'), appointed: { from: at('14:00:00'), until: at('15:00:00') } },
  { due: NOW, limit: 5 * MINUTE, done: { at: NOW, used: 3 * MINUTE + 40 * SECOND } },
  { due: NOW, limit: 5 * MINUTE, done: { at: NOW, used: 6 * MINUTE + 12 * SECOND } },
]
const cause = () => '业主'

function States({ title, filter }: { title: string; filter?: string }) {
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 10, alignItems: 'center', ...(filter ? { filter } : {}) }}>
      <span className="quiet small" style={{ width: 80 }}>
        {title}
      </span>
      {clocks.map((facts) => (
        <Clock key={JSON.stringify(facts)} facts={facts} zone={ZONE} cause={cause} at={NOW} />
      ))}
      {(['met', 'missed', 'excused', 'pending', 'withdrawn', 'exempt', 'not-applicable'] as const).map((it) => (
        <Verdict key={it} of={it} />
      ))}
    </div>
  )
}

function Guide() {
  const appearance = useAppearance()
  return (
    <main style={{ padding: 24, display: 'grid', gap: 16, maxWidth: 1400 }}>
      <div className="row-between">
        <h1>钟与判定：形状、文字、颜色三样都说同一件事</h1>
        <Button onClick={() => change({ appearance: appearance === 'dark' ? 'light' : 'dark' })}>{appearance}</Button>
      </div>
      <section className="card" style={{ display: 'grid', gap: 12 }}>
        <States title="正常视觉" />
        <States title="灰度打印" filter="grayscale(1)" />
      </section>
      <section className="card">
        <HolderRibbon
          now={NOW}
          due={at('12:34:00')}
          zone={ZONE}
          name={(it) => ({ service: '客服', engineering: '工程', owner: '等待业主' })[it] ?? it}
          stretches={[
            { from: at('07:59:00'), until: at('08:02:40'), with: 'service', waits: false },
            { from: at('08:02:40'), until: at('08:44:00'), with: 'engineering', waits: false },
            { from: at('08:44:00'), until: at('09:19:00'), with: 'owner', waits: true },
            { from: at('09:19:00'), until: NOW, with: 'engineering', waits: false },
          ]}
        />
        <DayRibbon
          start={at('07:30:00')}
          shiftEnd={at('17:30:00')}
          end={at('23:59:59')}
          now={NOW}
          breaks={[{ from: at('12:00:00'), until: at('14:00:00') }]}
          marks={[
            { at: at('11:30:00'), text: '11:30 回访', kind: 'appointed' },
            { at: at('13:20:00'), text: '13:20 答复投诉', kind: 'soon' },
            { at: at('23:59:00'), text: '19 件 24:00 截止', kind: 'due' },
          ]}
          zone={ZONE}
        />
      </section>
      <section className="card" style={{ display: 'grid', gap: 12, gridTemplateColumns: '1fr 1fr' }}>
        <RangeBar from={90} to={100} low={94.12} high={97.52} label="得分" ends={['全错过 94.12', '全按时 97.52']} />
        <p>
          <Progress done={27} of={29} /> 27 / 29 户 <Worth clause="E2" lose="0.39" /> <Worth clause="A5" lost="0.04" />{' '}
          <Worth /> <KeyCap>F2</KeyCap> <KeyCap>↵</KeyCap>
        </p>
        <p>
          <IntervalDot rate={9689} low={9340} high={9860} few={false} from={7000} />
          <IntervalDot rate={10_000} low={8100} high={10_000} few from={7000} />
        </p>
        <div className="picks">
          <Chip name="a" type="radio" checked onPick={() => {}}>
            电气 <KeyCap>W</KeyCap>
          </Chip>
          <Chip name="a" type="radio" checked={false} onPick={() => {}}>
            门窗 <KeyCap>E</KeyCap>
          </Chip>
        </div>
        <Notice title="还不能归档" lines={['回访写的是“不满意”，要先安排返修，修好再回访一次。']}>
          <Button>先不归档</Button>
          <Button type="primary">安排返修</Button>
        </Notice>
        <ol className="evidence">
          <EvidenceRow
            item={{
              part: 0,
              record: '0',
              number: 'WX20260305-0006',
              project: 'YS',
              verdict: 'missed',
              reason: { zh: '应在 8 日 24:00 前回访；9 日 9:40 补做，超 9 小时 40 分', en: 'Late.' },
              costs: '0.10',
            }}
          />
        </ol>
        <SignaturePad label="业主签字" onChange={() => {}} />
        <PhotoQueue
          all={[
            { id: '1', name: '修前.jpg', blob: new Blob(['x'], { type: 'text/plain' }), state: 'kept' },
            { id: '2', name: '修后.jpg', blob: new Blob(['x'], { type: 'text/plain' }), state: 'lost' },
          ]}
          onRetry={() => {}}
          onRemove={() => {}}
        />
      </section>
    </main>
  )
}

const router = createRouter({ routeTree: createRootRoute({ component: Guide, notFoundComponent: Guide }) })

mount(
  <Desk>
    <RouterProvider router={router as never} />
  </Desk>,
)
