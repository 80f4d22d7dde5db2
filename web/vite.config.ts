import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { tokensCss } from './src/design/css.ts'

/** Serves the design tokens as CSS variables: one source for antd, antd-mobile and our own components. */
function tokens(): Plugin {
  const id = 'virtual:tokens.css'
  return {
    name: 'tokens',
    resolveId: (asked) => (asked === id ? `\0${id}` : null),
    load: (asked) => (asked === `\0${id}` ? tokensCss() : null),
  }
}

/** As the program does it: an address that is no file belongs to a page. */
function pages(): Plugin {
  return {
    name: 'pages',
    configureServer: (server) => {
      server.middlewares.use((request, _, next) => {
        const path = request.url?.split('?')[0] ?? '/'
        // What a page is about may have a point in its name.
        if (path.startsWith('/u/') || !/^\/(api|@|src|node_modules)|\./.test(path))
          request.url = `/${/^\/(field|owner)(\/|$)/.exec(path)?.[1] ?? 'desk'}.html`
        next()
      })
    },
  }
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const page = (name: string) => here(`./${name}.html`)

export default defineConfig(({ command, mode }) => ({
  plugins: [react(), tokens(), pages()],
  // The program to ask while developing. It compares the page's origin with the host that was asked, so both stay as they are.
  server: { proxy: { '/api': { target: process.env.GUANJIA_SERVER ?? 'http://127.0.0.1:8420', changeOrigin: false } } },
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: ['chrome109', 'safari16', 'firefox115'],
    outDir: 'dist',
    // dist/.gitignore stays, so that the folder is there for cargo before anything was built; scripts/clean.mjs empties it.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.build.json',
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        desk: page('desk'),
        field: page('field'),
        owner: page('owner'),
        ...(mode === 'development' || command === 'serve' ? { styleguide: page('styleguide') } : {}),
      },
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}', 'test/unit/**/*.test.ts'] },
}))
