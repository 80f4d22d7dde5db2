/** A drawn signature: strokes with their times, and an image. There is always a way without drawing beside it (a typed name). */

import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/design/controls'
import { useWords } from '@/words'

/** x, y in CSS pixels and milliseconds since the first point. */
export type Stroke = [number, number, number][]

function line(pen: CanvasRenderingContext2D, [x, y]: Stroke[number], [toX, toY]: Stroke[number]): void {
  pen.lineWidth = 2.5
  pen.lineCap = 'round'
  // Ink on paper in both themes: the image is printed.
  pen.strokeStyle = '#14211F'
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(toX, toY)
  pen.stroke()
}

interface Props {
  label: string
  onChange: (drawn: { image: Blob; strokes: Stroke[] } | null) => void
}

export function SignaturePad({ label, onChange }: Props) {
  const words = useWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const strokes = useRef<Stroke[]>([])
  const began = useRef(0)
  const [empty, setEmpty] = useState(true)

  // As large as it is shown: a dialog opens after its content is there, and a phone is turned while somebody signs.
  useEffect(() => {
    const it = canvas.current
    if (!it) return
    const fit = () => {
      const scale = window.devicePixelRatio || 1
      it.width = it.clientWidth * scale
      it.height = it.clientHeight * scale
      const pen = it.getContext('2d')
      pen?.scale(scale, scale)
      for (const stroke of strokes.current)
        for (const [at, to] of stroke.slice(1).entries()) if (pen) line(pen, stroke[at] ?? to, to)
    }
    const watch = new ResizeObserver(fit)
    watch.observe(it)
    return () => watch.disconnect()
  }, [])

  const point = (event: PointerEvent<HTMLCanvasElement>): [number, number, number] => {
    const box = event.currentTarget.getBoundingClientRect()
    if (began.current === 0) began.current = event.timeStamp
    return [
      Math.round(event.clientX - box.left),
      Math.round(event.clientY - box.top),
      Math.round(event.timeStamp - began.current),
    ]
  }
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    strokes.current.push([point(event)])
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const stroke = strokes.current.at(-1)
    const last = stroke?.at(-1)
    const pen = event.currentTarget.getContext('2d')
    if (!stroke || !last || !pen || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    const next = point(event)
    line(pen, last, next)
    stroke.push(next)
  }
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    setEmpty(false)
    event.currentTarget.toBlob((image) => image && onChange({ image, strokes: [...strokes.current] }), 'image/png')
  }
  const clear = () => {
    const it = canvas.current
    it?.getContext('2d')?.clearRect(0, 0, it.width, it.height)
    strokes.current = []
    began.current = 0
    setEmpty(true)
    onChange(null)
  }
  return (
    <div className="sign">
      <canvas ref={canvas} aria-label={label} role="img" onPointerDown={down} onPointerMove={move} onPointerUp={up} />
      {empty ? <span className="sign-hint">{words.form.sign}</span> : null}
      <Button onClick={clear} disabled={empty}>
        {words.form.clearSign}
      </Button>
    </div>
  )
}
