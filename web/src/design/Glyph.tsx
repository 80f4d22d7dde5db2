/** Glyphs as inline SVG in currentColor, 16 to 24 px. Decorative: the words beside them say the same. */

import type { ReactNode } from 'react'

export type GlyphName =
  | 'pie'
  | 'bang'
  | 'cross'
  | 'pause'
  | 'calendar'
  | 'check'
  | 'shield'
  | 'ring'
  | 'dash'
  | 'return'
  | 'search'
  | 'phone'
  | 'camera'
  | 'scan'
  | 'offline'
  | 'bell'

const diamond = <path d="M8 .8 15.2 8 8 15.2.8 8z" fill="none" stroke="currentColor" strokeWidth="1.4" />

const shapes: Record<Exclude<GlyphName, 'pie'>, ReactNode> = {
  bang: (
    <>
      {diamond}
      <path d="M8 4.4v4.2M8 10.4v1.2" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  cross: (
    <>
      {diamond}
      <path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  pause: (
    <>
      <rect x="1.7" y="1.7" width="12.6" height="12.6" rx="2" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M6 5v6M10 5v6" stroke="currentColor" strokeWidth="1.7" />
    </>
  ),
  calendar: (
    <>
      <rect x="1.7" y="2.7" width="12.6" height="11.6" rx="1.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M5 1v3M11 1v3M2 6h12" stroke="currentColor" strokeWidth="1.4" />
      <path d="m5.6 9.8 1.8 1.8 3-3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  check: (
    <>
      <circle cx="8" cy="8" r="7.2" fill="currentColor" />
      <path d="m4.8 8.2 2.3 2.3 4.2-4.8" fill="none" stroke="var(--glyph-ground, #fff)" strokeWidth="1.7" />
    </>
  ),
  shield: (
    <>
      <path
        d="M8 1 14 3v4.4c0 3.6-2.4 6.2-6 7.6-3.6-1.4-6-4-6-7.6V3z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      />
      <path d="M5.4 8h5.2" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  ring: <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="3 2" />,
  dash: <path d="M3 8h10" stroke="currentColor" strokeWidth="2" />,
  return: <path d="M6.4 3 3 6.4l3.4 3.4M3 6.4h6a4 4 0 0 1 0 8H7" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  search: (
    <>
      <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="m10.8 10.8 4 4" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  phone: (
    <path
      d="M4.4 1.4 6.2 5 4.8 6.3a8 8 0 0 0 4.9 4.9L11 9.8l3.6 1.8c0 1.7-1 3-2.6 3C6.5 14.6 1.4 9.5 1.4 4c0-1.6 1.3-2.6 3-2.6z"
      fill="currentColor"
    />
  ),
  camera: (
    <>
      <path d="M1.4 4.6h3l1.2-2h4.8l1.2 2h3v9H1.4z" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <circle cx="8" cy="9" r="2.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  scan: (
    <path
      d="M1.5 5V1.5H5M11 1.5h3.5V5M14.5 11v3.5H11M5 14.5H1.5V11M4 8h8"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  bell: (
    <path
      d="M3 11.5c1.3-1.2 1.4-2.6 1.4-4.3a3.6 3.6 0 0 1 7.2 0c0 1.7.1 3.1 1.4 4.3zM6.4 13.4a1.7 1.7 0 0 0 3.2 0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
    />
  ),
  offline: (
    <path
      d="M2 6.5a9 9 0 0 1 12 0M4.5 9.2a5.4 5.4 0 0 1 7 0M8 12.5v.1M13 2 3 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
    />
  ),
}

/** `share`: of the pie, 0 to 1. */
export function Glyph({ name, share = 1, size = 16 }: { name: GlyphName; share?: number; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false" className="glyph">
      {name === 'pie' ? <Pie share={share} /> : shapes[name]}
    </svg>
  )
}

function Pie({ share }: { share: number }) {
  const around = Math.min(0.999, Math.max(0.02, share)) * 2 * Math.PI
  const x = 8 + 4.6 * Math.sin(around)
  const y = 8 - 4.6 * Math.cos(around)
  return (
    <>
      <circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path
        d={`M8 8V3.4A4.6 4.6 0 ${around > Math.PI ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}z`}
        fill="currentColor"
      />
    </>
  )
}
