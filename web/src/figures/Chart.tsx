/** Bars over time. Every mark is a door: a click opens the rows that it counts. Drawn as SVG by ECharts, which comes with this page alone. */

import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsType, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useAppearance } from '@/app/settings'
import type { Colour } from '@/design/css'
import tokens from '@/design/tokens.json'

use([BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer])

export interface Series {
  key: string
  name: string
  colour: Colour
  counts: number[]
}

interface Props {
  /** What is drawn, for whoever does not see it; the table beside it says the numbers. */
  label: string
  /** Under each mark, and what it is called when it is pointed at. */
  ticks: readonly string[]
  names: readonly string[]
  series: readonly Series[]
  onMark: (at: number, key: string) => void
}

export function Chart({ label, ticks, names, series, onMark }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  const palette = tokens.colour[useAppearance()]
  const marked = useRef(onMark)
  marked.current = onMark

  useEffect(() => {
    if (!box.current) return
    const made = init(box.current, null, { renderer: 'svg' })
    chart.current = made
    made.on('click', (it) => {
      if (typeof it.seriesId === 'string') marked.current(it.dataIndex, it.seriesId)
    })
    const resized = new ResizeObserver(() => made.resize())
    resized.observe(box.current)
    return () => {
      resized.disconnect()
      made.dispose()
    }
  }, [])

  useEffect(() => {
    const many = series.length > 1
    chart.current?.setOption(
      {
        animation: false,
        // Fills differ by pattern too, so that no pair relies on colour.
        aria: { enabled: true, label: { enabled: false }, decal: { show: many } },
        textStyle: { fontFamily: tokens.type.family.sans, color: palette.ink2 },
        grid: { left: 8, right: 8, top: many ? 40 : 16, bottom: 4, containLabel: true },
        legend: many ? { top: 0, left: 0, textStyle: { color: palette.ink2 }, itemGap: 16 } : undefined,
        tooltip: {
          trigger: 'axis',
          axisPointer: { type: 'shadow' },
          confine: true,
          backgroundColor: palette.surface,
          borderColor: palette.line,
          textStyle: { color: palette.ink },
        },
        xAxis: {
          type: 'category',
          data: names,
          axisTick: { show: false },
          axisLine: { lineStyle: { color: palette.lineStrong } },
          axisLabel: { color: palette.ink2, formatter: (_: string, at: number) => ticks[at] ?? '' },
        },
        yAxis: {
          type: 'value',
          minInterval: 1,
          axisLabel: { color: palette.ink2 },
          splitLine: { lineStyle: { color: palette.line } },
        },
        series: series.map((it) => ({
          id: it.key,
          name: it.name,
          type: 'bar',
          stack: 'all',
          barMaxWidth: 36,
          cursor: 'pointer',
          itemStyle: { color: palette[it.colour] },
          data: it.counts,
        })),
      },
      { notMerge: true },
    )
  }, [ticks, names, series, palette])

  return <div ref={box} className="chart" role="img" aria-label={label} />
}
