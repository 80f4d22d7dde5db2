/** tokens.json as Ant Design's theme: `{name}` is a colour of the palette, `{a.b}` a path in the file. */

import { type ThemeConfig, theme } from 'antd'
import type { Palette } from './css'
import tokens from './tokens.json'

export type Appearance = 'light' | 'dark'
export type Density = 'normal' | 'compact'

function filled(value: unknown, palette: Palette): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{([\w.]+)\}/g, (_, path: string) => {
      if (path in palette) return palette[path as keyof Palette]
      const found = path
        .split('.')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], tokens)
      if (typeof found !== 'string') throw new Error(`tokens.json: no ${path}`)
      return found
    })
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, palette)]))
  }
  return value
}

export function antdTheme(appearance: Appearance, density: Density): ThemeConfig {
  const palette = tokens.colour[appearance]
  const sizes = tokens.density[density]
  return {
    algorithm: appearance === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...(filled(tokens.antd.token, palette) as ThemeConfig['token']),
      fontSize: sizes.body,
      controlHeight: sizes.control,
    },
    components: {
      ...(filled(tokens.antd.components, palette) as ThemeConfig['components']),
      // The dark algorithm darkens the button; our palette is made for dark already.
      Button: {
        ...(filled(tokens.antd.components.Button, palette) as object),
        colorPrimary: palette.primary,
        colorPrimaryHover: palette.primaryHover,
        colorPrimaryActive: palette.primaryHover,
        primaryColor: palette.onPrimary,
      },
    },
    hashed: false,
  }
}
