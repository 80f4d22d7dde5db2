/** Ant Design with our tokens. */

import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { type ReactNode, useMemo } from 'react'
import { useAppearance, useDensity } from '@/app/settings'
import { useLanguage } from '@/words'
import { AtDesk } from './KeyCap'
import { antdTheme } from './theme'

export function Desk({ children }: { children: ReactNode }) {
  const appearance = useAppearance()
  const density = useDensity()
  const language = useLanguage()
  const theme = useMemo(() => antdTheme(appearance, density), [appearance, density])
  return (
    <ConfigProvider
      theme={theme}
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      <AtDesk value={true}>
        <App component={false}>{children}</App>
      </AtDesk>
    </ConfigProvider>
  )
}
